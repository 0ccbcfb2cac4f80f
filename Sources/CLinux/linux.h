// What Swift's Glibc module lacks of Linux: epoll, eventfd, signalfd, accept4, names of threads, attributes of
// files, arenas of the allocator.
// The functions that glibc hides behind _GNU_SOURCE are declared here by hand, since the Glibc module was built without it.
#ifndef ROOKERY_CLINUX_H
#define ROOKERY_CLINUX_H

#include <malloc.h>
#include <signal.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
int pthread_setname_np(pthread_t thread, const char *name);

// On another C library, which has no such arenas, it does nothing.
static inline void rookery_limit_arenas(int count) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, count);
#endif
}

// epoll_data is a union, which Swift reads awkwardly: these two carry a plain 64-bit token instead.
static inline int rookery_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}
static inline uint64_t rookery_epoll_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t rookery_epoll_events(const struct epoll_event *event) { return event->events; }

#endif
