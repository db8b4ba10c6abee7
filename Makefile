# Every target sets up .venv/ by itself; `make grade` and `make test` work on a fresh machine.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
VECTORS := .venv/.word-vectors
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)  # a third of the tests' time is waiting

.PHONY: setup fetch data pretrain sft grade template check verify mistakes test lint fuzz bench faults soak parity clean

grade: $(READY) $(VECTORS)  ## grade submissions/ and write reports/
	$(BIN)/autograder grade submissions

setup: $(READY) $(VECTORS)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,chat,fine-tuning,cluster,notebooks]'
	@touch $@

$(VECTORS): $(READY)  # 26 MB, for word_arithmetic
	$(BIN)/autograder fetch word-vectors
	@touch $@

fetch: $(READY)  ## the models that the framework's own tests use for real: 220 MB
	$(BIN)/autograder fetch word-vectors minilm chat-model

data: $(READY)  ## write the corpus and the dialogues anew, from the facts in solutions/data/
	$(BIN)/python -m solutions.data

pretrain: $(READY)  ## tiny-gpt2 from nothing, to build/tiny-gpt2: 8 minutes on two cores
	$(BIN)/python solutions/pretraining/pretrain.py --data autograder/pretraining/corpus.txt.xz \
	    --out build/tiny-gpt2 --steps 4400

sft: $(READY)  ## the reference's adapter and its transcript and figures: 3 minutes on two cores
	$(BIN)/python solutions/sft/supervised_fine_tuning.py --data assignments/sft/given/dialogues.json
	mv solutions/sft/adapter/loss.png assignments/sft/given/loss.png
	$(BIN)/python solutions/sft/chat.py --say "Hello!" --say "What is the capital of Italy?" \
	    --say "What is the sum of 4 and 5?" --say "What is the opposite of cold?" \
	    --say "How is the word train spelled?" --say "法国的首都是哪里？" \
	    --say "What do you think of my homework?"
	$(BIN)/python -m tests.sft.hidden.write_figures

template: $(READY)  ## write student_template/ from solutions/
	$(BIN)/autograder release

check: $(READY)  ## what a student sees who has filled nothing yet
	-@cd student_template && ../$(BIN)/autograder check

verify: $(READY) $(VECTORS)  ## the course proves itself
	$(BIN)/autograder verify

mistakes: $(READY) $(VECTORS)  ## and the tests have teeth: docs/mistakes.md, 8 minutes on two cores
	$(BIN)/autograder verify --mistakes --output docs/mistakes.md

test: $(READY) $(VECTORS)  ## the framework's own tests
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

fuzz: $(READY)  ## three million frames, and fewer of what the other readers take: 30 minutes
	$(BIN)/python -m pip install --quiet 'atheris>=3'
	$(BIN)/python -m tests.fuzz protocol --inputs 1000000
	$(BIN)/python -m tests.fuzz protocol --inputs 2000000 --guided
	$(BIN)/python -m tests.fuzz archive --inputs 300000
	$(BIN)/python -m tests.fuzz archive --inputs 300000 --guided
	$(BIN)/python -m tests.fuzz toml --inputs 100000
	$(BIN)/python -m tests.fuzz toml --inputs 100000 --guided
	$(BIN)/python -m tests.fuzz masking --inputs 6000
	$(BIN)/python -m tests.fuzz masking --inputs 6000 --guided

bench: $(READY) $(VECTORS)  ## speed beside nbgrader, Otter and pytest, to benchmarks/results/speed.md
	$(BIN)/python -m benchmarks.versus --rounds $(or $(ROUNDS),5)
	$(BIN)/python -m benchmarks.where_time_goes

faults: $(READY)  ## kill -9 and signals at FAULTS random moments each (default: 20), full disks
	$(BIN)/python -m pytest tests/faults --faults $(or $(FAULTS),20)

soak: $(READY)  ## a class of SOAK (default: 2,000), half of it hostile: does anything grow?
	unshare --user --map-root-user --mount sh -c 'mount -t tmpfs none /dev/shm && exec \
	    $(BIN)/python -m benchmarks.soak --submissions $(or $(SOAK),2000)'
	$(BIN)/python -m benchmarks.cluster  # 10,000 over Dask: half an hour more

parity: $(READY)  ## logits at GPT-2's own size; MODEL=<folder> for other weights
	$(BIN)/autograder parity $(if $(MODEL),--model $(MODEL))

clean:
	rm -rf reports build *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
