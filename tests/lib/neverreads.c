/*
 * neverreads.c PORT - connects to 127.0.0.1:PORT, sends what stands on stdin,
 * prints its own port, and then reads nothing, ever. Its buffers are as small
 * as the kernel allows, and by a small segment size the sender's are too: so
 * it takes hundreds of kilobytes, not megabytes, until the sender must hold
 * back.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static char request[65536];
    size_t size = fread(request, 1, sizeof request, stdin);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int segment = 536, room = 2048;
    struct sockaddr_in to = {.sin_family = AF_INET}, self;
    socklen_t self_size = sizeof self;
    if (argc != 2 || fd < 0) return 64;
    to.sin_port = htons((unsigned short)atoi(argv[1]));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        write(fd, request, size) != (ssize_t)size ||
        getsockname(fd, (struct sockaddr *)&self, &self_size) != 0) {
        perror("neverreads");
        return 1;
    }
    printf("%d\n", ntohs(self.sin_port));
    fflush(stdout);
    for (;;) pause();
}
