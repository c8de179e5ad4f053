# Hỏi Đáp. `make chat` installs what is missing, then serves; CI runs `make lint` and `make test`.
PY ?= python3
VENV ?= .venv
CHROMIUM ?= /usr/bin/chromium
# torch stays out of the lock: its CPU build is another file, with other hashes, on every index that has one.
TORCH ?= 2.13.0
UV ?= 0.13.9
# uv reads none of pip's settings, so a folder of local wheels has to reach it under this name.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
# Without such a folder uv takes the CPU build from PyTorch's own index; the usual one brings 19 CUDA packages, gigabytes.
# For a GPU: make chat UV_TORCH_BACKEND=auto
ifeq ($(UV_FIND_LINKS),)
export UV_TORCH_BACKEND ?= cpu
endif
# The venv meant is ours, also when make is called from inside another one.
export VIRTUAL_ENV := $(abspath $(VENV))
BIN := $(VENV)/bin

# Three layers: the locked packages, this project, what tests need. Each ends by writing down the checksum of what it was
# made from: contents, because `git checkout` changes dates; last, because an interrupted layer must be made again.
define INSTALL
set -u
stop() { printf '%s\n' "$$1" >&2; exit 1; }
# Run a command silently. A failure whose cause a person can mend ends here, with one line about that cause.
attempt() {
  out=$$("$$@" 2>&1) && return
  case $$out in
    *"No space left"*|*"os error 28"*|*"Disk quota"*)
      stop "Install stopped: the disk is full. $(VENV) takes about 2 GB; free some space, then run make again." ;;
    *"name resolution"*|*"dns error"*|*"(Connect)"*|*"NewConnectionError"*|*"Max retries"*|*"timed out"*)
      stop "Install stopped: the package index cannot be reached. Check the network or proxy, then run make again." ;;
  esac
  return 1
}
must() { attempt "$$@" || stop "Install stopped at '$$*': $$(printf '%s\n' "$$out" | grep . | tail -n 1)"; }
pip() { if $(BIN)/python -c 'import uv' 2>/dev/null; then must $(BIN)/python -m uv pip "$$@"; else must $(BIN)/python -m pip "$$@"; fi; }
is() { [ "$$(cat $(VENV)/$$1.made 2>/dev/null)" = "$$2" ]; }
made() { printf '%s\n' "$$2" 2>/dev/null >$(VENV)/$$1.made || stop "Install stopped: cannot write to $(VENV)."; }

base=$$({ echo "$(CURDIR) $(TORCH)"; cat requirements.lock; } | cksum) # a venv that was moved does not work
if ! [ -x $(BIN)/python ] || ! is base "$$base"; then
  found=$$($(PY) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
  case $$found in
    3.1[1-9]|3.[2-9][0-9]) ;;
    *) stop "Python 3.11 or newer is needed; $(PY) is $${found:-not a Python that runs}. Name another: make PY=python3.12 ..." ;;
  esac
  $(PY) -c 'import ensurepip, venv' 2>/dev/null ||
    stop "$(PY) cannot make virtual environments. On Debian and Ubuntu: apt install python$$found-venv"
  # `ours` is what allows the folder to be deleted: VENV may name one with somebody's work in it.
  [ ! -e $(VENV) ] || [ -e $(VENV)/ours ] || stop "$(VENV) was not made by this Makefile. Remove it, or name another: make VENV=..."
  echo "Installing into $(VENV): about 2 GB, once, in one to several minutes"
  rm -rf $(VENV)
  must mkdir -p $(VENV)
  must touch $(VENV)/ours
  must $(PY) -m venv $(VENV)
  # uv needs a fifth of pip's time; where there is no uv for the machine, pip installs the same lock.
  attempt $(BIN)/python -m pip install --quiet --retries 1 uv==$(UV) || true
  pip install --quiet --no-deps --require-hashes -r requirements.lock
  pip install --quiet torch==$(TORCH)
  pip check
  made base "$$base"
fi

project=$$(cksum <pyproject.toml)
if ! is project "$$project"; then
  pip install --quiet --no-deps --no-build-isolation -e . # setuptools is in the lock
  made project "$$project"
fi

test=$$(cksum <requirements-test.lock)
if [ "$${1-}" = test ] && ! is test "$$test"; then
  pip install --quiet --no-deps --require-hashes -r requirements-test.lock
  made test "$$test"
fi
endef
export INSTALL

.PHONY: chat test lint lock clean

chat: # http://127.0.0.1:7860
	@sh -c "$$INSTALL"
	@$(BIN)/hoidap serve

test: # make test ARGS='-k quote'
	@sh -c "$$INSTALL" make test
	@marks=; if ! [ -x $(CHROMIUM) ]; then marks='not browser'; \
		echo "$(CHROMIUM) is missing: browser tests are left out (apt install chromium)"; [ "$$CI" != true ] || exit 1; fi; \
	$(BIN)/python -m pytest -m "$$marks" $(ARGS)

lint:
	@sh -c "$$INSTALL" make test
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

# Keeps the versions that are there; newer ones: make lock ARGS=--upgrade
# Naming torch's +cpu build is what keeps CUDA packages out. The test lock holds only what the first one does not.
COMPILE = echo torch==$(TORCH)+cpu | $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-package torch --custom-compile-command "make lock" $(ARGS) pyproject.toml -
lock:
	@[ -x $(BIN)/python ] || { $(PY) -m venv $(VENV) && touch $(VENV)/ours && $(BIN)/python -m pip install --quiet uv==$(UV); }
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) -o requirements-test.lock --extra test --extra lint -c requirements.lock \
		$$(sed -n 's/^\([^ =]*\)==.*/--no-emit-package \1/p' requirements.lock)

clean:
	@[ ! -e $(VENV)/ours ] || rm -rf $(VENV)
	@rm -rf build *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
