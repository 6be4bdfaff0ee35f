/*
 * app.h - the door of app/: the verbs of the program.
 *
 * WHY     Here the rooms are put together: a store, a core, a catalogue, the
 *         loop and the net. What a verb does is in the file of its name.
 * SHAPE   hutong VERB --data DIR ...; one table of verbs (verbs.c), one of
 *         exit codes (exits.h).
 * THREAD  the main thread, which becomes the loop in `serve`.
 */
#ifndef HUTONG_APP_APP_H
#define HUTONG_APP_APP_H

/* Runs the program; the result is its exit code. */
int app_main(int argc, char **argv);

#endif
