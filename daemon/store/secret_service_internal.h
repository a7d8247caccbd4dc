/* SPDX-License-Identifier: MIT */
/* What the two halves of the store secret-service share: secret_service.c looks and stages,
 * secret_service_commit.c changes. For these two files only. */
#ifndef STORE_SECRET_SERVICE_INTERNAL_H
#define STORE_SECRET_SERVICE_INTERNAL_H

#include <stdbool.h>

#include "daemon/crypto.h"
#include "daemon/store/backend.h"
#include "daemon/store/provider.h"

/* One name that a commit changes. */
struct step {
    const struct item *item;   /* as staged, until the commit; without a value: a removal */
    struct item *name;         /* its service and target alone */
    struct stored_list before; /* every copy that lies there */
    uint64_t written;          /* of the new copy */
};

struct secret_service {
    struct store_backend backend;
    struct provider *provider;
    char key_id[CRYPTO_KEY_ID_SIZE];
    struct items *seen;   /* what was looked at in this turn */
    struct items *staged; /* empty but for what is staged, so that its log is all of it */
    struct step *steps;   /* prepared */
    size_t step_count;
    bool is_torn; /* the steps were begun, and must be taken back */
    size_t count; /* when it was last asked */
    char trouble[KC_MESSAGE_MAX];
};

static inline struct secret_service *service_of(struct store_backend *backend) {
    return (struct secret_service *)backend;
}

static inline bool is_removal(const struct item *item) {
    return item->sealed == NULL;
}

/* Every failure of the provider passes here: its sentence becomes the store's. */
KC_MUST_USE enum kc_error service_explain(struct secret_service *service, enum kc_error error);

/* The copy of an item that is in force stands before its others. */
KC_MUST_USE enum kc_error service_search(struct secret_service *service,
                                         const struct stored_query *query,
                                         struct stored_list *ret_list);
/* What was looked at may have changed. */
void service_forget(struct secret_service *service);

/* Rows of the table. */
KC_MUST_USE enum kc_error service_prepare(struct store_backend *backend);
KC_MUST_USE enum kc_error service_commit(struct store_backend *backend);
void service_rollback(struct store_backend *backend);

/* Takes back what was begun and not finished; while that doesn't work, is_torn stays true. */
enum kc_error service_take_back(struct secret_service *service);
void service_drop_steps(struct secret_service *service);

#endif
