# Set-up, build, tests and the demo. `make demo` and `make test` need nothing but Debian 12 and Swift 6.3.

PACKAGES = libsdl2-dev zlib1g-dev
BUILD = swift build -c release --build-tests
REVERIE = .build/release/reverie
RUN = runs/demo

.PHONY: demo test torture build bench format lint packages python clean

build: packages
	@$(BUILD)

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
	@$(REVERIE) record $(RUN)/dqn --episodes 1 --to $(RUN)/episode.npz --video $(RUN)/episode.gif
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

$(PYTHON)/requirements.txt: $(REQUIREMENTS) | packages
	@rm -rf $(PYTHON)
	@python3 -m venv $(PYTHON)
	@$(PYTHON)/bin/pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	@cp $(REQUIREMENTS) $@

test: build python
	@swift test -c release --skip-build
	@Examples/test.sh
	@Torture/kill.sh 9
	@Torture/fail.sh 61
	@Torture/bridge.py 5
	@$(PYTHON)/bin/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall ./python
	@$(PYTHON)/bin/python -W ignore -m unittest discover python/tests

torture: build python
	@Torture/kill.sh 100
	@Torture/fail.sh
	@Torture/fuzz.sh
	@Torture/bridge.py 50

bench: build
	@$(REVERIE) bench

format:
	@swift format -i -r $(SOURCES)

lint:
	@swift format lint --strict -r $(SOURCES)
	@Documentation/check.py

SOURCES = Package.swift Sources Tests environments agents Examples/Sources Examples/Package.swift

clean:
	@rm -rf .build runs
