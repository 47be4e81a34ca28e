#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

int clinux_enter_network_namespace(int descriptor) {
    return setns(descriptor, CLONE_NEWNET) == 0 ? 0 : errno;
}

int clinux_set_realtime_priority(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters) == 0 ? 0 : errno;
}

void clinux_set_ordinary_priority(void) {
    struct sched_param parameters = {.sched_priority = 0};
    // Without the right to use real-time priorities the flag may stay, but not go.
    sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &parameters);
}

int clinux_raise_permitted_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, sets) != 0) return errno;
    for (int index = 0; index < _LINUX_CAPABILITY_U32S_3; index++) sets[index].effective = sets[index].permitted;
    return syscall(SYS_capset, &header, sets) == 0 ? 0 : errno;
}

int clinux_drop_thread_capabilities(void) {
    // The C library has no wrapper; the system call changes one thread.
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

void clinux_set_thread_name(const char *name) {
    char copy[16] = {0};
    strncpy(copy, name, sizeof copy - 1);
    pthread_setname_np(pthread_self(), copy);
}

pid_t clinux_thread_identifier(void) {
    return gettid();
}

int clinux_exit_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int clinux_spawn_close_from(posix_spawn_file_actions_t *actions, int descriptor) {
    return posix_spawn_file_actions_addclosefrom_np(actions, descriptor);
}
