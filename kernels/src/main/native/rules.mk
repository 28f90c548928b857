# Images and emulator libraries from the .cu files below $(MAIN)/cuda. Called by build.sh.
#
#   images   one fatbin a .cu: machine code for each architecture, and PTX for those to come
#   host     libcuda.so.1, twice: fast, and checked (every load and store is looked at)
#
# The tests build libraries of kernels of their own: they set CUDA (where the .cu files are), LIBRARIES
# (where the libraries go), SONAME, and RUNTIME_OUT (where the emulator's objects are already).
CUDA        ?= $(MAIN)/cuda
LIBRARIES   ?= $(RESOURCES)/host
SONAME      ?= libcuda.so.1
RUNTIME_OUT ?= $(OUT)
HOST      := $(MAIN)/host
RESOURCES := $(OUT)/resources/dev/kernite/kernels/cuda
NAMES     := $(patsubst $(CUDA)/%.cu,%,$(sort $(wildcard $(CUDA)/*.cu $(CUDA)/ladder/*/*.cu $(CUDA)/primitives/*.cu)))

.PHONY: images host
.DELETE_ON_ERROR:
.SECONDARY:

# ---- images ------------------------------------------------------------------------------------
# All machine code comes from one PTX text, so assembling it for sm_80 also checks the PTX that is
# shipped (a PTX text alone is not looked at, its inline assembly least of all). The PTX lies beside the
# image and not in it: what people may read is what a driver gets that finds no machine code of its own.
#
# Product kernels have machine code for every target. What teaches or tests (ladder, primitives) has it for
# the two kinds of GPU in servers; elsewhere the driver compiles its PTX.
ARCHITECTURES := sm_80 sm_86 sm_90 sm_100 sm_120
SERVERS       := sm_80 sm_90
comma := ,
empty :=
code = [$(subst $(empty) ,$(comma),$(if $(findstring /,$(1)),$(SERVERS),$(ARCHITECTURES)))]
NVCCFLAGS := -std=c++17 -I$(MAIN)/cuda --compress-mode=size -Xptxas -v

# All images together.
MOST_BYTES := 3000000

FATBINS := $(NAMES:%=$(RESOURCES)/%.fatbin)
LOGS    := $(NAMES:%=$(OUT)/images/%.log)
images: $(FATBINS) $(RESOURCES)/kernels.txt
	@find $(RESOURCES) \( -name '*.fatbin' -o -name '*.ptx.gz' \) $(NAMES:%=! -path '$(RESOURCES)/%.*') -exec rm {} +

$(RESOURCES)/%.fatbin: $(CUDA)/%.cu $(MAIN)/native/rules.mk
	@mkdir -p $(@D) $(OUT)/images/$*
	$(NVCC) -fatbin $(NVCCFLAGS) -gencode 'arch=compute_80,code=$(call code,$*)' --keep --keep-dir $(OUT)/images/$* -MMD -MF $(OUT)/images/$*.d \
	  -o $@ $< 2> $(OUT)/images/$*.log || { cat $(OUT)/images/$*.log >&2; exit 1; }
	gzip -9nc $(OUT)/images/$*/$(notdir $*).ptx > $(RESOURCES)/$*.ptx.gz
	rm -r $(OUT)/images/$*
	@sed -n '/: warning/,/^$$/p' $(OUT)/images/$*.log >&2

# A kernel a line: registers, shared memory, spills. Fails if a product kernel spills.
$(RESOURCES)/kernels.txt: $(FATBINS) $(MAIN)/native/kernel-table.awk
	awk -v table=$(OUT)/kernels.txt -f $(MAIN)/native/kernel-table.awk \
	  $(foreach n,$(NAMES),image=$(n) $(OUT)/images/$(n).log)
	@bytes=$$(cat $(FATBINS) | wc -c); echo "CUDA: the images have $$bytes bytes, of at most $(MOST_BYTES)"; \
	[ $$bytes -le $(MOST_BYTES) ] || { echo "error: the images outgrow $(MOST_BYTES) bytes; the largest:" >&2; \
	  ls -lS $(FATBINS) | awk 'NR <= 5 { print "  " $$5 " " $$NF }' >&2; exit 1; }
	cp $(OUT)/kernels.txt $@

-include $(NAMES:%=$(OUT)/images/%.d)

# ---- emulator ----------------------------------------------------------------------------------
# No -ffast-math: sums keep their order, NaN and infinity their meaning. FMA is on, as in nvcc.
# Names of files are kept without this machine's folders: they appear in messages.
CXXFLAGS := -std=c++20 -march=x86-64-v3 -fPIC -fvisibility=hidden -fno-exceptions -fno-rtti \
  -U_FORTIFY_SOURCE -ffile-prefix-map=$(MAIN)/= -ffile-prefix-map=$(CUDA)/= -I$(HOST) -MMD -MP
RUNTIME_FLAGS := -O2 -g1 -Wall -Wextra
KERNEL_FLAGS  := -x c++ -I$(MAIN)/cuda -fno-strict-aliasing -fno-math-errno -fstack-clash-protection \
  -Wall -Wno-unknown-pragmas -Wno-unused-function -Wno-psabi -Werror=uninitialized -g1
FAST_FLAGS    := -O2
# The sanitizers' instrumentation, with functions of our own behind it (host/hooks_*.cpp).
CHECK_FLAGS   := -O1 -DEMU_CHECKED -fsanitize=thread \
  -fsanitize=alignment,bounds,shift,integer-divide-by-zero,signed-integer-overflow

RUNTIME := $(patsubst $(HOST)/%.cpp,$(RUNTIME_OUT)/host/%.o,$(sort $(wildcard $(HOST)/*.cpp $(HOST)/driver/*.cpp)))
VARIANTS := $(RUNTIME_OUT)/host/variant/fast.o $(RUNTIME_OUT)/host/variant/check.o

host: $(LIBRARIES)/fast/$(SONAME) $(LIBRARIES)/check/$(SONAME)

$(RUNTIME_OUT)/host/%.o: $(HOST)/%.cpp $(MAIN)/native/rules.mk
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(RUNTIME_FLAGS) -c $< -o $@

# A kernel's .bss holds its shared arrays: it becomes a section named after the file (see device.h). A
# template with external linkage would have a section of its own, and escape.
section = kernite_shared_$(subst /,_,$(subst -,_,$*))
define compile-kernel
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(KERNEL_FLAGS) $(1) -DEMU_SHARED_NAME=$(section) -c $< -o $@
	objcopy --rename-section .bss=$(section),alloc,load,data,contents $@
	@! objdump -h $@ | grep -q ' \.bss\.' || \
	  { echo "error: $<: a template with __shared__ arrays is not declared DEV" >&2; exit 1; }
endef
$(OUT)/fast/%.o: $(CUDA)/%.cu $(MAIN)/native/rules.mk
	$(call compile-kernel,$(FAST_FLAGS))
$(OUT)/check/%.o: $(CUDA)/%.cu $(MAIN)/native/rules.mk
	$(call compile-kernel,$(CHECK_FLAGS))

LINK = $(CXX) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs -Wl,-Bsymbolic -Wl,--exclude-libs,ALL \
  -static-libstdc++ -static-libgcc -o $@ $(filter %.o,$^) -ldl -lpthread
$(LIBRARIES)/%/$(SONAME): $(RUNTIME)
	@mkdir -p $(@D)
	$(LINK)
$(LIBRARIES)/fast/$(SONAME): $(RUNTIME_OUT)/host/variant/fast.o $(NAMES:%=$(OUT)/fast/%.o)
$(LIBRARIES)/check/$(SONAME): $(RUNTIME_OUT)/host/variant/check.o $(NAMES:%=$(OUT)/check/%.o)

-include $(RUNTIME:.o=.d) $(VARIANTS:.o=.d) $(NAMES:%=$(OUT)/fast/%.d) $(NAMES:%=$(OUT)/check/%.d)
