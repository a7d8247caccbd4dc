/* SPDX-License-Identifier: MIT */
/*
 * The public view of an answer. Whatever index a caller asks for, nothing is read that isn't
 * there.
 */
#include "libkc/client_query.h"

#include "libkc/keychain-auth.h"
#include "libkc/message.h"
#include "libkc/secret.h"

#include <stdlib.h>

struct kc_answer {
    struct response *response;
};

enum kc_error client_answer_new(struct response **take_response, struct kc_answer **ret_answer) {
    struct response *response = *take_response;
    *take_response = NULL;
    struct kc_answer *answer = malloc(sizeof *answer);
    if (answer == NULL) {
        response_free(response);
        return KC_NO_MEMORY;
    }
    answer->response = response;
    *ret_answer = answer;
    return KC_OK;
}

const char *kc_answer_status(const struct kc_answer *answer) {
    return kc_status_word(answer->response->status);
}

const char *kc_answer_reason(const struct kc_answer *answer) {
    return kc_reason_word(answer->response->reason);
}

const char *kc_answer_message(const struct kc_answer *answer) {
    return answer->response->message == NULL ? "" : answer->response->message;
}

size_t kc_answer_count(const struct kc_answer *answer) {
    return answer->response->result_count;
}

static const struct result *result_at(const struct kc_answer *answer, size_t index) {
    return index < answer->response->result_count ? &answer->response->results[index] : NULL;
}

const char *kc_answer_target(const struct kc_answer *answer, size_t index) {
    const struct result *result = result_at(answer, index);
    return result == NULL ? NULL : result->target;
}

const void *kc_answer_value(const struct kc_answer *answer, size_t index) {
    const struct result *result = result_at(answer, index);
    return result == NULL || result->value == NULL ? NULL : secret_view(result->value);
}

size_t kc_answer_value_length(const struct kc_answer *answer, size_t index) {
    const struct result *result = result_at(answer, index);
    return result == NULL || result->value == NULL ? 0 : secret_length(result->value);
}

size_t kc_answer_attribute_count(const struct kc_answer *answer, size_t index) {
    const struct result *result = result_at(answer, index);
    return result == NULL ? 0 : result->attributes.count;
}

static const struct attribute *attribute_at(const struct kc_answer *answer, size_t index,
                                            size_t attribute) {
    const struct result *result = result_at(answer, index);
    bool is_there = result != NULL && attribute < result->attributes.count;
    return is_there ? &result->attributes.items[attribute] : NULL;
}

const char *kc_answer_attribute_name(const struct kc_answer *answer, size_t index,
                                     size_t attribute) {
    const struct attribute *found = attribute_at(answer, index, attribute);
    return found == NULL ? NULL : found->name;
}

const char *kc_answer_attribute_value(const struct kc_answer *answer, size_t index,
                                      size_t attribute) {
    const struct attribute *found = attribute_at(answer, index, attribute);
    return found == NULL ? NULL : found->value;
}

void kc_answer_free(struct kc_answer *answer) {
    if (answer == NULL) {
        return;
    }
    response_free(answer->response);
    free(answer);
}
