/* SPDX-License-Identifier: MIT */
/*
 * How a turn's changes get into the desktop's keyring, all or none. It has no transactions: the
 * new copies are made before the old ones are deleted, and what was cut short is taken back, by
 * looking again at what is there. What can't be taken back now is kept for the next turn.
 */
#include "daemon/store/secret_service_internal.h"

#include "platform/clock.h"

#include <stdlib.h>
#include <string.h>

void service_drop_steps(struct secret_service *service) {
    for (size_t i = 0; i < service->step_count; i++) {
        stored_list_clear(&service->steps[i].before);
        item_free(service->steps[i].name);
    }
    free(service->steps);
    service->steps = NULL;
    service->step_count = 0;
}

static enum kc_error prepare_step(struct secret_service *service, struct step *step) {
    static const struct attributes none;
    const struct stored_query query = {.service = step->item->service,
                                       .target = step->item->target};
    enum kc_error error = item_new(query.service, query.target, &none, &step->name);
    if (error == KC_OK) {
        error = service_search(service, &query, &step->before);
    }
    if (error != KC_OK) {
        return error;
    }
    uint64_t newest = step->before.count > 0 ? step->before.rows[0].written : 0;
    uint64_t now = (uint64_t)clock_wall_us();
    step->written = now > newest ? now : newest + 1;
    return KC_OK;
}

enum kc_error service_prepare(struct store_backend *backend) {
    struct secret_service *service = service_of(backend);
    size_t count = items_count(service->staged);
    if (count == 0) {
        return KC_OK;
    }
    if (service->is_torn) {
        return KC_IO; /* the sentence is that of the refresh */
    }
    service_drop_steps(service);
    enum kc_error error = service_explain(service, provider_make_writable(service->provider));
    if (error != KC_OK) {
        return error;
    }
    service->steps = calloc(count, sizeof *service->steps);
    if (service->steps == NULL) {
        return KC_NO_MEMORY;
    }
    service->step_count = count;
    for (size_t i = 0; error == KC_OK && i < count; i++) {
        service->steps[i].item = items_at(service->staged, i);
        error = prepare_step(service, &service->steps[i]);
    }
    if (error != KC_OK) {
        service_drop_steps(service);
    }
    return error;
}

static enum kc_error delete_copies(struct secret_service *service, const struct step *step) {
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < step->before.count; i++) {
        error = provider_delete(service->provider, step->before.rows[i].path);
        error = error == KC_NOT_FOUND ? KC_OK : error;
    }
    return service_explain(service, error);
}

/* A new copy outranks the old ones as soon as it is there. So the old ones of a replaced value go
 * last, and it doesn't matter when one stays: the next change of that name takes it along. */
static enum kc_error apply(struct secret_service *service) {
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < service->step_count; i++) {
        const struct step *step = &service->steps[i];
        if (!is_removal(step->item)) {
            error = service_explain(service,
                                    provider_create(service->provider, step->item, step->written));
        }
    }
    for (size_t i = 0; error == KC_OK && i < service->step_count; i++) {
        if (is_removal(service->steps[i].item)) {
            error = delete_copies(service, &service->steps[i]);
        }
    }
    for (size_t i = 0; error == KC_OK && i < service->step_count; i++) {
        if (!is_removal(service->steps[i].item) &&
            delete_copies(service, &service->steps[i]) != KC_OK) {
            break;
        }
    }
    return error;
}

/* Taking back */

/* Deletes what this step made; says whether what was in force is still there. */
static enum kc_error delete_made(struct secret_service *service, const struct step *step,
                                 bool *ret_is_there) {
    const struct stored_query query = {.service = step->name->service,
                                       .target = step->name->target};
    struct stored_list present = {0};
    bool is_there = false;
    enum kc_error error = service_search(service, &query, &present);
    for (size_t i = 0; error == KC_OK && i < present.count; i++) {
        const struct stored *row = &present.rows[i];
        if (row->written == step->written) {
            error = service_explain(service, provider_delete(service->provider, row->path));
        } else if (step->before.count > 0 && row->written == step->before.rows[0].written) {
            is_there = true;
        }
    }
    stored_list_clear(&present);
    *ret_is_there = is_there;
    return error;
}

/* Looks again instead of trusting what was answered: a call that failed may have been done. */
static enum kc_error take_back_step(struct secret_service *service, const struct step *step) {
    bool is_there = false;
    enum kc_error error = delete_made(service, step, &is_there);
    if (error == KC_OK && step->before.count > 0 && !is_there) {
        const struct stored *before = &step->before.rows[0];
        error = service_explain(service,
                                provider_create(service->provider, before->item, before->written));
    }
    return error;
}

/* Can be begun again as often as it takes. */
enum kc_error service_take_back(struct secret_service *service) {
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < service->step_count; i++) {
        error = take_back_step(service, &service->steps[i]);
    }
    service->is_torn = error != KC_OK;
    if (!service->is_torn) {
        service_drop_steps(service);
    }
    return error;
}

static void unstage(struct secret_service *service) {
    items_undo(service->staged, 0);
    service_forget(service);
}

/* What a turn began is finished by its commit or taken back; what an earlier one left torn stays
 * to be taken back, whatever is dropped here. */
void service_rollback(struct store_backend *backend) {
    struct secret_service *service = service_of(backend);
    unstage(service);
    if (!service->is_torn) {
        service_drop_steps(service);
    }
}

/* The sentence stays that of the failure. */
static void take_back_after(struct secret_service *service) {
    char trouble[KC_MESSAGE_MAX];
    memcpy(trouble, service->trouble, sizeof trouble);
    (void)service_take_back(service);
    memcpy(service->trouble, trouble, sizeof trouble);
}

enum kc_error service_commit(struct store_backend *backend) {
    struct secret_service *service = service_of(backend);
    size_t count = items_count(service->staged);
    enum kc_error error = KC_OK;
    if (count > 0 && count != service->step_count) {
        error = KC_INTERNAL; /* staged, but never prepared */
    } else if (count > 0) {
        error = apply(service);
        if (error != KC_OK) {
            take_back_after(service);
        }
    }
    service_rollback(backend);
    return error;
}
