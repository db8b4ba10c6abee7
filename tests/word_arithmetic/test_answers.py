"""Exercise `answers`: answers.json, judged by what the chosen embedding truly gives."""

from tests.word_arithmetic.form import read_form
from tests.word_arithmetic.own import judge_own
from tests.word_arithmetic.verdicts import judge_equation


def test_equation_1(forms, record):
    judge_equation(read_form(forms), 1, record)


def test_equation_2(forms, record):
    judge_equation(read_form(forms), 2, record)


def test_equation_3(forms, record):
    judge_equation(read_form(forms), 3, record)


def test_equation_4(forms, record):
    judge_equation(read_form(forms), 4, record)


def test_equation_5(forms, record):
    judge_equation(read_form(forms), 5, record)


def test_equation_6(forms, record):
    judge_equation(read_form(forms), 6, record)


def test_an_equation_of_your_own(forms, record):
    judge_own(read_form(forms), record)
