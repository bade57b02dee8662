# make demo      builds the product, trains an agent and a model with it, and says what to look at
# make check     builds, and runs the tests but for the suites in Tests/slow.txt: for after a change
# make test      builds, and runs all tests, the sample package, short forms of the tortures and the Python package
# make torture   the long forms, and the sample package built alone, as a user's is
# make lint      the format, that targets declare what they import, and that slow suites exist
# make build     builds the product; make bench times it; make format rewrites the sources; make clean removes what was built
#
# `make demo` and `make test` need nothing but Debian 12 and Swift 6.3. All of them build in .build, in the release
# configuration, so that none compiles what another has compiled.

PACKAGES = libsdl2-dev zlib1g-dev libpng-dev libjpeg62-turbo-dev
BUILD = swift build -c release
REVERIE = .build/release/reverie
RUN = runs/demo

# Tests that a process stops look at its last words alone: without this, each has its whole stack looked up as well.
TESTS = SWIFT_BACKTRACE=enable=no swift test -c release --skip-build

.PHONY: demo check test torture build build-tests bench format lint packages python clean

build: packages
	@$(BUILD)

build-tests: packages
	@$(BUILD) --build-tests

# Installs the Debian packages that are missing: as root, or through sudo where it asks for no password.
packages:
	@missing=""; for package in $(PACKAGES); do \
	    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	    install="apt-get install -y --no-install-recommends$$missing"; \
	    if [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive $$install; \
	    elif sudo -n true 2>/dev/null; then sudo -n apt-get update -q && sudo -n DEBIAN_FRONTEND=noninteractive $$install; \
	    else echo "Debian packages are missing. Run: sudo apt-get install$$missing"; exit 1; fi; \
	fi

# Trains, evaluates, records and fits, and says what to look at; each run of it starts anew.
demo: build
	@rm -rf $(RUN)
	@echo "== A DQN agent learns CartPole-v1"
	@$(REVERIE) train dqn CartPole-v1 --run $(RUN)/dqn
	@echo "== Its greedy policy over 100 episodes"
	@$(REVERIE) evaluate $(RUN)/dqn --episodes 100
	@echo "== Rollouts, as arrays and as a moving picture"
	@$(REVERIE) record $(RUN)/dqn --episodes 20 --stochastic --to $(RUN)/rollouts.npz
	@$(REVERIE) record $(RUN)/dqn --video $(RUN)/episode.gif
	@echo "== A variational autoencoder learns the recorded observations"
	@$(REVERIE) fit vae $(RUN)/rollouts.npz --run $(RUN)/vae
	@$(REVERIE) sample $(RUN)/vae --count 1000 --to $(RUN)/samples.png
	@echo
	@echo "In $(RUN): the trained agent (dqn), rollouts.npz, episode.gif, the model (vae) and its samples.png."
	@echo "Watch the agent in a window:  $(REVERIE) watch $(RUN)/dqn"

# A Python with Gymnasium below .build, for what tests the bridge to it: these versions are what it is compared with.
PYTHON = .build/python
REQUIREMENTS = Tests/Fixtures/GymnasiumBridge/requirements.txt

python: $(PYTHON)/requirements.txt

python test torture: PACKAGES += python3-venv

# An X server without a screen, which the tests of the window end.
test torture: PACKAGES += xvfb

$(PYTHON)/requirements.txt: $(REQUIREMENTS) | packages
	@rm -rf $(PYTHON)
	@python3 -m venv $(PYTHON)
	@$(PYTHON)/bin/pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	@cp $(REQUIREMENTS) $@

check: build-tests
	@$(TESTS) --skip '$(shell sed 's/#.*//' Tests/slow.txt | xargs | tr ' ' '|')'

test: build-tests python
	@$(TESTS)
	@Examples/test.sh
	@Torture/kill.sh 9
	@Torture/locks.sh 2
	@Torture/fail.sh 61
	@Torture/power.py 24
	@Torture/window.sh
	@Torture/bridge.py 5
	@$(PYTHON)/bin/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall ./python
	@$(PYTHON)/bin/python -W ignore -m unittest discover python/tests

torture: build-tests python
	@Examples/test.sh --alone
	@Torture/kill.sh 100
	@Torture/locks.sh
	@Torture/fail.sh
	@Torture/power.py 1500
	@Torture/window.sh 10
	@Torture/fuzz.sh
	@Torture/bridge.py 50
	@Torture/python.sh

bench: build
	@$(REVERIE) bench

format:
	@swift format -i -r $(SOURCES)

lint:
	@swift format lint --strict -r $(SOURCES)
	@Documentation/check.py
	@Tests/style.py
	@Tests/dependencies.py
	@sed 's/#.*//; /^$$/d; s/[./]/ /g' Tests/slow.txt | while read -r target suite; do \
	    grep -qrE "(struct|class) $$suite\b" Tests/$$target || { echo "Tests/slow.txt: there is no $$target.$$suite"; exit 1; }; \
	done

SOURCES = Package.swift Sources Tests environments agents Examples/Sources Examples/Package.swift

clean:
	@rm -rf .build runs
