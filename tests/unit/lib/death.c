/*
 * death.c - see death.h. The child leaves with _exit, so that nothing of the
 * test's own is run or reported twice.
 */
#include "lib/death.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

bool dies(void (*act)(void *context), void *context)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        const struct rlimit none = {0};
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(nowhere, STDERR_FILENO);
        act(context);
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child &&
           WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
