// Preloaded by `scripts/test --sanitize thread`: tells the thread sanitizer what Swift's Mutex orders in its slow paths.
//
// The fast paths are inlined into what the sanitizer instruments. The slow ones are in libswiftSynchronization, which is not
// instrumented, so that what a contended lock guards would be reported as a race.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Of the sanitizer, in the program; missing in others that may be started with this preloaded.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow()
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

typedef SWIFT void lock_slow(uint32_t thread, SELF handle);
typedef SWIFT void unlock_slow(SELF handle);

SWIFT void lock(uint32_t thread, SELF handle) __asm__(LOCK);
SWIFT void unlock(SELF handle) __asm__(UNLOCK);

static void *original(const char *symbol) {
    void *found = dlsym(RTLD_NEXT, symbol);
    if (!found) {
        fprintf(stderr, "tsan-mutex: this version of Swift has no %s\n", symbol);
        abort();
    }
    return found;
}

SWIFT void lock(uint32_t thread, SELF handle) {
    ((lock_slow *)original(LOCK))(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock(SELF handle) {
    if (__tsan_release) __tsan_release(handle);
    ((unlock_slow *)original(UNLOCK))(handle);
}
