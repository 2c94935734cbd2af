# The two commands a visitor needs: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
export TRIALWRIGHT_TEST_WORKERS ?= 2

.PHONY: core standards demo test check test-only test-postgres bench sabotage kills oracle pictures lock format clean

demo: $(VENV)/run.done
	$(BIN)/trialwright demo

test: check test-only

check: $(VENV)/test.done
	$(BIN)/ruff format --check --quiet src tests benchmarks
	$(BIN)/ruff check --quiet src tests benchmarks
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

test-only: $(VENV)/test.done
	$(BIN)/pytest -q -n $(TRIALWRIGHT_TEST_WORKERS) --dist worksteal

test-postgres: $(VENV)/test.done
	TRIALWRIGHT_REQUIRE=postgres $(BIN)/pytest -q -m postgres

# The peers of the benchmarks (pandas, numba ...) live in an environment of their own and nowhere else.
bench: .venv-bench/bench.done
	.venv-bench/bin/python -m benchmarks $(BENCH)

# Wrong registry files, a hundred thousand of them: no crash, no hang, no network, bounded memory.
fuzz: $(VENV)/test.done
	TRIALWRIGHT_FUZZ=100000 $(BIN)/pytest -q tests/unit/register/test_fuzz.py

sabotage: $(VENV)/test.done
	$(BIN)/python tests/sabotage/run.py

# Every response criterion against the slow reading of its sentence, 100,000 rows each: minutes, not seconds.
oracle: $(VENV)/test.done
	TRIALWRIGHT_ORACLE=100000 $(BIN)/pytest -q tests/catalog/test_against_the_sentences.py

# The long run: a thousand kills of a busy writer, on both databases; CI runs fifty.
kills: $(VENV)/test.done
	TRIALWRIGHT_KILLS=1000 $(BIN)/pytest -q tests/unit/store/test_durability.py -k killed

# The pictures of docs/images, made by two journey tests: the demo, and a hospital that runs the trial (trial-*).
pictures: $(VENV)/test.done
	TRIALWRIGHT_REQUIRE=chromium TRIALWRIGHT_PICTURES=docs/images $(BIN)/pytest -q tests/journey/test_pictures.py tests/journey/test_hospital.py

# What R says, stored with its calls and versions; needs R (Debian: r-base-core and r-cran packages).
references: $(VENV)/test.done
	$(BIN)/python tests/references/make_references.py

# CDISC's rules engine in an environment of its own (Python 3.12, 460 MB), and its cache unpacked; needs ../shared/standards.
# A later jsonpath-ng lists what stands in a list twice, and the engine then finds every element of USDM doubled.
CORE_PYTHON ?= python3.12
core: .core/engine-2.done

.core/engine-2.done:
	$(CORE_PYTHON) -m venv .core
	.core/bin/pip install --quiet --disable-pip-version-check cdisc-rules-engine==0.17.1 jsonpath-ng==1.8.0
	.core/bin/python ../shared/standards/tools/unpack_core_cache.py ../shared/standards/core-cache .core/cache
	@touch $@

# Outside judges on the exports of a fresh demo; their verdict is kept in tests/standards/verdict.json. All rules of USDM need
# TRIALWRIGHT_CORE_RESOURCES: a folder with resources/jsonata and resources/schema of the engine's repository.
standards: $(VENV)/test.done core
	rm -rf .core/demo
	$(BIN)/trialwright demo --no-serve --out .core/demo >/dev/null
	$(BIN)/python tests/standards/judge.py .core/demo

format: $(VENV)/test.done
	$(BIN)/ruff format --quiet src tests benchmarks
	$(BIN)/ruff check --quiet --fix src tests benchmarks

# Needs uv; the lock names no index host.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements.lock pyproject.toml build.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q --extra test -c requirements.lock -o requirements-test.lock pyproject.toml build.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q --extra bench -c requirements.lock -o requirements-bench.lock pyproject.toml build.in

$(VENV)/run.done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Trialwright needs Python 3.11 or newer; " + sys.executable + " is " + sys.version.split()[0] + ". Try: make demo PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/test.done: $(VENV)/run.done requirements-test.lock
	$(PIP) --require-hashes --only-binary :all: -r requirements-test.lock
	@touch $@

.venv-bench/bench.done: requirements.lock requirements-bench.lock pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-bench.lock
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

clean:
	rm -rf $(VENV) .venv-bench demo-out dist .mypy_cache .ruff_cache .pytest_cache
