/* list_find.c - looks a value up in a closed list. The longest list has some
 * dozens of values: a walk is as quick as anything cleverer. */
#include "gen/shape_table.h"

const struct list_entry *list_by_number(const struct list_table *list,
                                        uint32_t number)
{
    /* Most lists are numbered 1, 2, 3, ... in the order of the schema. */
    if (number >= 1 && number <= list->count &&
        list->entries[number - 1].number == number)
        return &list->entries[number - 1];
    for (size_t i = 0; i < list->count; i++)
        if (list->entries[i].number == number)
            return &list->entries[i];
    return NULL;
}

const struct list_entry *list_by_code(const struct list_table *list,
                                      struct text code)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_is(code, list->entries[i].code))
            return &list->entries[i];
    return NULL;
}
