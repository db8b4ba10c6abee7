"""Word arithmetic: word vectors are added and subtracted, and the nearest words are the answer.

The vocabulary is `index`, a dict from each word to its row, in order of rows, and `table`, whose
rows are the words' vectors. Shapes: d is the width of a vector, V the number of words in the
vocabulary, n the terms of an equation, c its candidates, b a batch of equations. What is computed
from a tensor keeps its dtype, and no tensor that comes in is changed.
"""

import re

import torch

PLAIN = str.maketrans("＋－−–＝", "+---=")  # how each sign may look, and what it means


class UnknownWord(LookupError):
    """No piece of `word` is in the vocabulary."""

    def __init__(self, word):
        super().__init__(f"no piece of {word!r} is in the vocabulary")
        self.word = word


def row_of(word, index):
    """The row of a word, or of a piece of one, as it is written; else that of the same in lower
    case ("IPAD" may be found as "ipad"); None where the vocabulary has neither."""
    # [MASK vector/row] index.get(word, index.get(word.lower()))
    # hint: A dict has a method that gives a default for what it lacks; the default may be a search.
    # 提示：dict 有一个方法，查不到时返回默认值；而这个默认值本身也可以是一次查找。
    # hint: dict.get with two arguments: as it is written first, and what else?
    # 提示：两个参数的 dict.get：先按原样查，查不到时呢？
    # hint: The second argument is another get, on the word in lower case.
    # 提示：第二个参数是另一个 get，查单词的小写。
    return index.get(word, index.get(word.lower()))


def rows_of(word, index):
    """The rows of a word's longest known pieces, as a list; of a known word, its own row alone.

    The word is read from the left: of all pieces that begin here and are known (`row_of`), the
    longest is taken, and reading goes on behind it. Where no known piece begins, one character is
    skipped. Raises UnknownWord, which is given the whole word, if nothing at all was found.
    """
    rows, start = [], 0
    while start < len(word):
        stops = [stop for stop in range(start + 1, len(word) + 1)
                 if row_of(word[start:stop], index) is not None]
        if stops:
            # [MASK vector/longest] word[start : max(stops)]
            # hint: A slice of the word: it begins here, and ends as late as any known piece does.
            # 提示：取单词的一个切片：从这里开始，到最靠后的已知词块结束。
            # hint: `stops` holds every end of a known piece that begins at `start`.
            # 提示：stops 里是从 start 开始的所有已知词块的终点。
            # hint: word[… : …], from start to the largest of stops.
            # 提示：word[… : …]，从 start 到 stops 里最大的。
            rows.append(row_of(word[start : max(stops)], index))
        # [MASK vector/onward] max(stops, default=start + 1)
        # hint: Behind the piece that was taken; where there was none, behind one character.
        # 提示：跳到取走的词块之后；如果什么也没取到，就跳过一个字符。
        # hint: max takes a default for the case that there is nothing.
        # 提示：max 可以带一个默认值，用于什么都没有的情况。
        # hint: The largest of stops, by default one behind start.
        # 提示：stops 里最大的；默认是 start 的后一个。
        start = max(stops, default=start + 1)
    if not rows:
        # [MASK vector/unknown]
        # hint: An error class stands at the top of this file; it wants to be told the word.
        # 提示：文件开头有一个异常类，它要知道是哪个词。
        # hint: Not return: raise. What is in the parentheses is the whole word.
        # 提示：不是 return，而是 raise。括号里是整个单词。
        raise UnknownWord(word)
    return rows


def word_vector(word, index, table):
    """The mean of the vectors of a word's pieces, (d,): of a known word, its own vector."""
    # [MASK vector/mean] table[rows_of(word, index)].mean(dim=0)
    # hint: A tensor can be indexed with a list of rows. Which axis has to go?
    # 提示：张量可以用一串行号来取行。哪一维应当消失？
    # hint: rows_of tells which rows of the table; their mean is over the rows.
    # 提示：rows_of 说明取表的哪些行；平均是对行做的。
    # hint: table[…] with that list inside, then .mean over dim 0.
    # 提示：table[…]，里面是那个列表，再在第 0 维上 .mean。
    return table[rows_of(word, index)].mean(dim=0)


def combine(signs, vectors):
    """The sum of the terms, (d,): `signs` is a list of 1 and -1, `vectors` is (n, d)."""
    # [MASK arithmetic/combine] vectors.new_tensor(signs) @ vectors
    # hint: n signs times n vectors, summed: one product does both. Mind the dtype of the signs.
    # 提示：n 个符号乘 n 个向量再求和：一次乘法就够了。注意符号的 dtype。
    # hint: (n,) times (n, d) is (d,): a product of a vector and a matrix.
    # 提示：(n,) 乘 (n, d) 得 (d,)：向量与矩阵的乘积。
    # hint: vectors.new_tensor makes a tensor of the same dtype from a list; then @.
    # 提示：vectors.new_tensor 用列表造一个同 dtype 的张量；然后 @。
    return vectors.new_tensor(signs) @ vectors  # (n,) @ (n, d) -> (d,)


def unit(x):
    """Each vector along the last axis divided by its length: (..., d) -> (..., d).

    A vector of zeros has no direction, and stays as it is.
    """
    # [MASK similarity/unit] begin
    # hint: Keep the axis when you take the length, so that it divides every entry. 0 / 0 is nan.
    # 提示：求长度时保留那一维，才能去除每个分量。0 / 0 是 nan。
    # hint: norm over the last axis with keepdim=True; where it is 0, divide by 1 instead.
    # 提示：在最后一维上求 norm，keepdim=True；为 0 的地方改为除以 1。
    # hint: masked_fill makes the length's zeros into ones. Two statements; return the quotient.
    # 提示：masked_fill 把长度里的 0 变成 1。两条语句；返回商。
    length = x.norm(dim=-1, keepdim=True)  # (..., 1)
    return x / length.masked_fill(length == 0, 1)
    # [MASK end]


def cosine_similarity(a, b):
    """The cosine of the angle between vectors along the last axis, 0 where one of them is zero.

    The leading axes broadcast: (d,) and (c, d) give (c,); (b, 1, d) and (c, d) give (b, c).
    """
    # [MASK similarity/cosine] (unit(a) * unit(b)).sum(dim=-1)
    # hint: What is the dot product of two vectors of length 1? Write it so that axes broadcast.
    # 提示：两个长度为 1 的向量，点积是什么？写法要让前面的维度能广播。
    # hint: Both as units, multiplied entry by entry: what is left to do with the last axis?
    # 提示：两者都变成单位向量，逐元素相乘：最后一维还要做什么？
    # hint: A product of two calls of unit, in parentheses, and a sum over dim -1.
    # 提示：两次 unit 的乘积，加括号，再在第 -1 维上求和。
    return (unit(a) * unit(b)).sum(dim=-1)


def nearest_candidate(target, vectors):
    """Which of `vectors` (c, d) is the most similar to `target` (d,), and how similar each one is.

    Returns its place as an int, the first of several that are equally near, and all similarities
    (c,).
    """
    similarities = cosine_similarity(target, vectors)  # (c,)
    # [MASK nearest/candidate] similarities.argmax().item()
    # hint: Not the largest value: where it stands, as a plain int.
    # 提示：要的不是最大的值，而是它的位置，并且是普通的 int。
    # hint: argmax gives the place of the first largest, as a tensor.
    # 提示：argmax 给出第一个最大值的位置，是个张量。
    # hint: Behind it .item(), which makes a plain int of it.
    # 提示：后面接 .item()，变成普通的 int。
    return similarities.argmax().item(), similarities


def nearest_words(targets, table, excluded, k):
    """The k rows of `table` (V, d) that are the most similar to each of `targets` (b, d).

    `excluded` holds a list of rows for each target, which may be empty: these don't count.
    Returns rows and similarities, both (b, k), the most similar first. At least k rows are left.
    """
    # [MASK nearest/every] unit(targets) @ unit(table).T
    # hint: All cosines in one matrix product; (b, V, d) numbers would not fit into memory.
    # 提示：一次矩阵乘法得到所有余弦；(b, V, d) 那么多数，内存可装不下。
    # hint: Lengths first, products then: (b, d) times (d, V).
    # 提示：先除以长度，再相乘：(b, d) 乘 (d, V)。
    # hint: unit of the one, @, and unit of the other turned by .T.
    # 提示：一个的 unit，@，另一个的 unit 再 .T。
    similarities = unit(targets) @ unit(table).T  # (b, V)
    for of_one, rows in zip(similarities, excluded, strict=True):  # (V,), a view
        # [MASK nearest/excluded]
        # hint: A number so low that no cosine is lower; of_one is a part of similarities.
        # 提示：填一个比任何余弦都低的数；of_one 就是 similarities 的一部分。
        # hint: of_one can be indexed with a list, and an assignment to that changes it in place.
        # 提示：of_one 可以用列表取下标，对它赋值就会原地修改。
        # hint: of_one[…] = minus infinity, with the rows in the brackets.
        # 提示：of_one[…] = 负无穷，方括号里是那些行。
        of_one[rows] = -torch.inf
    # [MASK nearest/top] similarities.topk(k, dim=-1)
    # hint: torch finds the k largest and their places in one call, already in order.
    # 提示：torch 一次调用就能找出最大的 k 个及其位置，而且排好了序。
    # hint: topk is its name; over which axis?
    # 提示：它叫 topk；在哪一维上？
    # hint: A method of similarities: first k, then the last axis as dim.
    # 提示：similarities 的一个方法：先是 k，再用 dim 指明最后一维。
    top = similarities.topk(k, dim=-1)
    return top.indices, top.values


def parse_equation(text):
    """Signs and words of an equation as two lists: "a - b = ?" gives [1, -1] and ["a", "b"].

    A sign may be ASCII or any of `PLAIN`: minus is - － − or –. White space of any kind, also
    full-width and also inside a word, means nothing. What stands behind the first equals sign is
    not read. The first word may have a sign; without one it is added. Raises ValueError where a
    word is missing: at the end, between two signs, or altogether.
    """
    # [MASK equations/left] text.translate(PLAIN).partition("=")[0]
    # hint: First make all signs plain (str has a method for such a map), then keep the left side.
    # 提示：先把各种符号统一（str 有一个配合这种对照表的方法），再取等号左边。
    # hint: str.translate takes PLAIN as it is; what stands before the first = is next.
    # 提示：str.translate 可以直接用 PLAIN；接下来取第一个 = 之前的部分。
    # hint: translate, then partition at the sign, and of the three parts the first.
    # 提示：先 translate，再在等号处 partition，取三部分中的第一部分。
    left = "".join(text.translate(PLAIN).partition("=")[0].split())
    if not left.startswith(("+", "-")):
        left = "+" + left
    # [MASK equations/split] re.split("([+-])", left)[1:]
    # hint: A split can keep the separators if the pattern captures them. What stands first then?
    # 提示：正则里用括号捕获分隔符，切分时就会保留它们。那样的话，第一个元素是什么？
    # hint: re.split with ([…]) around the two signs; left begins with a sign.
    # 提示：re.split，用 ([…]) 括住两个符号；left 以符号开头。
    # hint: So the first part is empty: drop it with a slice.
    # 提示：所以第一个元素是空的：用切片去掉它。
    parts = re.split("([+-])", left)[1:]  # sign, word, sign, word …
    # [MASK equations/signs] [1 if sign == "+" else -1 for sign in parts[::2]]
    # hint: Every other part, from the first on, is a sign.
    # 提示：从第一个开始，每隔一个就是符号。
    # hint: A list comprehension over every other part, 1 for a plus, else -1.
    # 提示：对隔一个取一个的部分做列表推导，加号为 1，否则为 -1。
    # hint: The slice is parts[::2]; a conditional expression stands in front.
    # 提示：切片是 parts[::2]；前面是一个条件表达式。
    signs, words = [1 if sign == "+" else -1 for sign in parts[::2]], parts[1::2]
    if not all(words):
        raise ValueError(f"{text!r}: a word is missing")
    return signs, words


def equation_vector(text, index, table):
    """What the terms of an equation come to, (d,)."""
    signs, words = parse_equation(text)
    vectors = torch.stack([word_vector(word, index, table) for word in words])  # (n, d)
    return combine(signs, vectors)


def solve_among(text, candidates, index, table):
    """The one of `candidates`, a list of words, that is nearest to the equation.

    Returns that word, and the similarity of each candidate, (c,).
    """
    vectors = torch.stack([word_vector(word, index, table) for word in candidates])  # (c, d)
    # [MASK equations/among] nearest_candidate(equation_vector(text, index, table), vectors)
    # hint: Two of the functions above do it all: what the equation comes to, then who is near.
    # 提示：用上面的两个函数就够了：先算等式等于什么，再看谁离它近。
    # hint: nearest_candidate is given a target and the vectors.
    # 提示：nearest_candidate 接收目标向量和候选向量。
    # hint: The target is what equation_vector makes of the text, with index and table.
    # 提示：目标就是 equation_vector 用文本、index 和 table 算出来的。
    place, similarities = nearest_candidate(equation_vector(text, index, table), vectors)
    return candidates[place], similarities


def solve_freely(texts, index, table, k):
    """The k words of the whole vocabulary nearest to each equation of a list of b.

    An equation's own words are left out: those that have a row (`row_of`). Returns b lists of k
    words, the nearest first, and their similarities (b, k).
    """
    targets = torch.stack([equation_vector(text, index, table) for text in texts])  # (b, d)
    found = [[row_of(word, index) for word in parse_equation(text)[1]] for text in texts]
    # [MASK equations/excluded] [[row for row in rows if row is not None] for rows in found]
    # hint: One list an equation; a word that was made of pieces has no row of its own.
    # 提示：每个等式一个列表；由词块拼成的词没有自己的行。
    # hint: A list of lists: in each, keep what is not None. Row 0 is a row, too.
    # 提示：列表的列表：每个里面只留不是 None 的。第 0 行也是行。
    # hint: Two comprehensions, one in the other; the inner one has the condition.
    # 提示：两层列表推导，一层套一层；条件在里层。
    excluded = [[row for row in rows if row is not None] for rows in found]
    rows, similarities = nearest_words(targets, table, excluded, k)
    words = list(index)
    return [[words[row] for row in line] for line in rows.tolist()], similarities
