/* SPDX-License-Identifier: MIT */
/*
 * Reads records as a stranger's: whoever could write to the log could have put anything there,
 * so no field is relied on. What is cheap to see comes first: most lines don't match.
 */
#include "daemon/admin/audit_filter.h"

#include "daemon/audit.h"
#include "daemon/audit_view.h"

#include <string.h>

static bool is_wanted(struct audit_view *view, enum audit_field field, const char *wanted) {
    return wanted == NULL || audit_view_is(view, field, wanted);
}

/* Times of the record sort as text does: the same digits at the same places, and in UTC. */
static bool is_late_enough(struct audit_view *view, const char *since) {
    struct audit_slice time = audit_view_text(view, AUDIT_TIME);
    size_t length = strlen(since);
    int order = memcmp(time.text, since, time.length < length ? time.length : length);
    return order > 0 || (order == 0 && time.length >= length);
}

static bool fits(struct audit_view *view, enum audit_field field, const char *pattern) {
    char text[AUDIT_LINE_MAX + 1];
    if (pattern == NULL) {
        return true;
    }
    return audit_view_copy(view, field, text, sizeof text) && parse_glob(pattern, text);
}

bool audit_filter_is_empty(const struct audit_filter *filter) {
    return filter->service == NULL && filter->target == NULL && filter->result == NULL &&
           filter->binary == NULL && filter->path == NULL && filter->since[0] == '\0';
}

bool audit_filter_matches(const struct audit_filter *filter, struct audit_view *view) {
    return is_wanted(view, AUDIT_RESULT, filter->result) &&
           is_wanted(view, AUDIT_SERVICE, filter->service) &&
           is_wanted(view, AUDIT_PATH, filter->binary) &&
           (filter->since[0] == '\0' || is_late_enough(view, filter->since)) &&
           fits(view, AUDIT_TARGET, filter->target) && fits(view, AUDIT_PATH, filter->path);
}
