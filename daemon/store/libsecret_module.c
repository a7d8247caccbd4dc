/* SPDX-License-Identifier: MIT */
/* The door of the module. */
#include "daemon/store/backend.h"
#include "daemon/store/desktop_module.h"

extern const struct desktop_module kc_desktop_module;

__attribute__((visibility("default"))) const struct desktop_module kc_desktop_module = {
    .version = KC_VERSION,
    .service_open = sealed_service_open,
    .service_look = sealed_service_look,
    .open = desktop_open,
    .free = desktop_free,
    .read = desktop_read,
    .remove = desktop_delete,
    .trouble = desktop_trouble,
};
