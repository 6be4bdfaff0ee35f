# scripts/build.mk - compiles and links, from sources that all exist already:
# server/ by hand, build/gen/ made before by the Makefile, which calls this
# file and is what a person types `make` to. Three flavours of everything:
#
#   release   build/obj/release   build/hutong        what is shipped
#   asan      build/obj/asan      build/asan/hutong   tests: addresses, UB
#   tsan      build/obj/tsan      build/tsan/hutong   tests: data races
#
# Goals: release asan tsan unit-asan unit-tsan, and tidy: clang-tidy over the
# sources of server/ that changed. V=1 shows whole commands.
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

CC = gcc
AR = gcc-ar
PREFIX := build/deps/prefix

SOURCES := $(sort $(shell find server -name '*.c' 2>/dev/null))
GENERATED := $(sort $(wildcard build/gen/*.c))
# The bytes of the dashboard, beside their table in assets.c.
BYTES := $(patsubst build/%.S,%-bytes,$(wildcard build/gen/assets.S))
UNIT_TESTS := $(sort $(wildcard tests/unit/*/*_test.c))
# Help for tests, linked into each of them.
UNIT_LIB := $(sort $(wildcard tests/unit/lib/*.c))

STEMS := $(SOURCES:.c=) $(GENERATED:build/%.c=%) $(BYTES)

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
  -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wcast-align \
  -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum -Wnull-dereference \
  -Wdouble-promotion -Wredundant-decls -Werror
WARN_GCC := -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Walloca

# _GNU_SOURCE: POSIX 2008 with Linux's additions (accept4, getrandom, ucred);
# here and not in the sources, where the name is one reserved to the compiler.
CPPFLAGS := -D_GNU_SOURCE= -Iserver -Ibuild -Itests/unit -isystem $(PREFIX)/include \
  -include server/base/banned.h
CFLAGS := -std=c17 -g -fno-common -ffile-prefix-map=$(CURDIR)/=

CFLAGS_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE \
  -ffunction-sections -fdata-sections
LDFLAGS_release := -pie -Wl,-z,relro,-z,now -Wl,--gc-sections
CFLAGS_asan := -O1 -fno-omit-frame-pointer -fPIE -fsanitize=address,undefined \
  -fno-sanitize-recover=all
LDFLAGS_asan := -pie -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_tsan := -O1 -fno-omit-frame-pointer -fPIE -fsanitize=thread
LDFLAGS_tsan := -pie -fsanitize=thread

LIBS := $(addprefix $(PREFIX)/lib/,libwebsockets.a libmbedtls.a libmbedx509.a \
  libmbedcrypto.a) -Wl,--as-needed -levent_core -levent_pthreads -llmdb \
  -ljansson -lz -licui18n -licuuc -largon2 -lpthread -lm

ifeq ($(V),)
say = @printf '  %-4s %s\n' $(1) $(2);
else
say =
endif

BINARY_release := build/hutong
BINARY_asan := build/asan/hutong
BINARY_tsan := build/tsan/hutong
UNIT_asan := build/unit
UNIT_tsan := build/unit-tsan
UNIT_release := build/unit-release

# $(1) is the flavour. All objects but main.o go into an archive: a unit test
# takes from it what it needs.
define flavour
OBJECTS_$(1) := $$(STEMS:%=build/obj/$(1)/%.o)
ARCHIVE_$(1) := build/obj/$(1)/hutong.a
COMPILE_$(1) := $$(CC) $$(WARN) $$(WARN_GCC) $$(CPPFLAGS) $$(CFLAGS) \
  $$(CFLAGS_$(1)) -MMD -MP -c
LINK_$(1) := $$(CC) $$(CFLAGS_$(1)) $$(LDFLAGS_$(1))

.PHONY: $(1) unit-$(1)
$(1): $$(if $$(wildcard server/main.c),$$(BINARY_$(1)),$$(ARCHIVE_$(1)))
unit-$(1): $$(UNIT_TESTS:tests/unit/%.c=$$(UNIT_$(1))/%)

build/obj/$(1)/%.o: %.c build/deps/stamp build/obj/$(1)/flags
	$$(call say,CC,$$<)mkdir -p $$(@D) && $$(COMPILE_$(1)) $$< -o $$@

build/obj/$(1)/gen/%.o: build/gen/%.c build/deps/stamp build/obj/$(1)/flags
	$$(call say,CC,$$<)mkdir -p $$(@D) && $$(COMPILE_$(1)) $$< -o $$@

build/obj/$(1)/gen/assets-bytes.o: build/gen/assets.S
	$$(call say,AS,$$<)mkdir -p $$(@D) && $$(CC) -c $$< -o $$@

$$(ARCHIVE_$(1)): $$(filter-out %/server/main.o,$$(OBJECTS_$(1))) \
  build/obj/$(1)/objects
	$$(call say,AR,$$@)rm -f $$@ && $$(AR) rcsT $$@ $$(filter %.o,$$^)

$$(BINARY_$(1)): build/obj/$(1)/server/main.o $$(ARCHIVE_$(1))
	$$(call say,LD,$$@)mkdir -p $$(@D) && $$(LINK_$(1)) $$^ $$(LIBS) -o $$@

$$(UNIT_$(1))/%: build/obj/$(1)/tests/unit/%.o \
  $$(UNIT_LIB:%.c=build/obj/$(1)/%.o) $$(ARCHIVE_$(1))
	$$(call say,LD,$$@)mkdir -p $$(@D) && $$(LINK_$(1)) $$^ $$(LIBS) \
	  -lcmocka -o $$@

# Changed flags, and a source that went away, are changes like any other.
build/obj/$(1)/flags: force
	@mkdir -p $$(@D); printf '%s\n' '$$(COMPILE_$(1))' | cmp -s - $$@ || \
	  printf '%s\n' '$$(COMPILE_$(1))' >$$@
build/obj/$(1)/objects: force
	@mkdir -p $$(@D); printf '%s\n' '$$(OBJECTS_$(1))' | cmp -s - $$@ || \
	  printf '%s\n' '$$(OBJECTS_$(1))' >$$@

-include $$(OBJECTS_$(1):.o=.d) $$(UNIT_TESTS:%.c=build/obj/$(1)/%.d) \
  $$(UNIT_LIB:%.c=build/obj/$(1)/%.d)
endef

# The object stands for all that a source includes: it is made again when a
# header changes, and then the source is looked at again.
TIDY := $(SOURCES:%.c=build/tidy/%.ok)
.PHONY: tidy
tidy: $(TIDY)
build/tidy/%.ok: %.c build/obj/release/%.o .clang-tidy
	$(call say,TIDY,$<)mkdir -p $(@D) && \
	  clang-tidy --quiet $< -- $(WARN) $(CPPFLAGS) -std=c17 >$@.log 2>&1 || \
	  { grep -v 'warnings\? generated\|^Suppressed\|^Use -header' $@.log; false; }
	@mv $@.log $@

.PHONY: force
force:
$(foreach name,release asan tsan,$(eval $(call flavour,$(name))))
.SECONDARY:
