/* SPDX-License-Identifier: MIT */
/*
 * RFC 3339 in UTC, years 0000 to 9999, by plain arithmetic on the Gregorian calendar: the C
 * library's calendar knows time zones, locales and hidden buffers, and none of them is wanted.
 */
#include "libkc/parse.h"

#include <stdio.h>
#include <string.h>

#define SECOND_US  INT64_C(1000000)
#define DAY_S      INT64_C(86400)
#define UNIX_EPOCH INT64_C(719528)  /* days from 0000-01-01 to 1970-01-01 */
#define LAST_DAY   INT64_C(3652424) /* 9999-12-31, counted likewise */

static bool is_leap(int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t days_in_month(int64_t year, int64_t month) {
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 0000-01-01 to the first of January. Year 0 is a leap year. */
static int64_t days_before_year(int64_t year) {
    return year * 365 + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
}

/* "2026-01-02T03:04:05". The remainders change nothing: they show the compiler that it fits. */
static size_t write_fields(int64_t day, int64_t second_of_day, char ret_text[PARSE_TIME_SIZE]) {
    int64_t year = day / 366;
    while (days_before_year(year + 1) <= day) {
        year++;
    }
    day -= days_before_year(year);
    int64_t month = 1;
    while (day >= days_in_month(year, month)) {
        day -= days_in_month(year, month);
        month++;
    }
    int length = snprintf(ret_text, PARSE_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u",
                          (unsigned)year % 10000U, (unsigned)month % 100U,
                          (unsigned)(day + 1) % 100U, (unsigned)(second_of_day / 3600) % 100U,
                          (unsigned)(second_of_day / 60) % 60U, (unsigned)second_of_day % 60U);
    return (size_t)length;
}

void parse_write_time(int64_t wall_us, bool seconds_only, char ret_text[PARSE_TIME_SIZE]) {
    /* C rounds towards zero, calendars down. */
    int64_t seconds = wall_us / SECOND_US;
    int64_t fraction = wall_us % SECOND_US;
    if (fraction < 0) {
        fraction += SECOND_US;
        seconds--;
    }
    int64_t day = seconds / DAY_S;
    int64_t second_of_day = seconds % DAY_S;
    if (second_of_day < 0) {
        second_of_day += DAY_S;
        day--;
    }

    /* A clock that is out by millennia is shown at the end of the scale. */
    day += UNIX_EPOCH;
    day = day < 0 ? 0 : day;
    day = day > LAST_DAY ? LAST_DAY : day;

    size_t length = write_fields(day, second_of_day, ret_text);
    if (seconds_only) {
        (void)snprintf(ret_text + length, PARSE_TIME_SIZE - length, "Z");
    } else {
        (void)snprintf(ret_text + length, PARSE_TIME_SIZE - length, ".%06uZ",
                       (unsigned)fraction % 1000000U);
    }
}

/* `count` digits as a number, or -1. */
static int64_t digits(const char *text, size_t count) {
    int64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* Whether the text has the punctuation of a form: '0' stands for any digit. */
static bool has_form(const char *text, const char *form) {
    if (strlen(text) != strlen(form)) {
        return false;
    }
    for (; *form != '\0'; form++, text++) {
        bool is_digit = *text >= '0' && *text <= '9';
        if (*form == '0' ? !is_digit : *form != *text) {
            return false;
        }
    }
    return true;
}

enum kc_error parse_time(const char *text, int64_t *ret_wall_us) {
    bool has_fraction = has_form(text, "0000-00-00T00:00:00.000000Z");
    if (!has_fraction && !has_form(text, "0000-00-00T00:00:00Z")) {
        return KC_INVALID;
    }
    int64_t year = digits(text, 4);
    int64_t month = digits(text + 5, 2);
    int64_t day = digits(text + 8, 2);
    int64_t hour = digits(text + 11, 2);
    int64_t minute = digits(text + 14, 2);
    int64_t second = digits(text + 17, 2);
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
        minute > 59 || second > 59) {
        return KC_INVALID;
    }
    int64_t days = days_before_year(year) - UNIX_EPOCH + day - 1;
    for (int64_t earlier = 1; earlier < month; earlier++) {
        days += days_in_month(year, earlier);
    }
    int64_t seconds = days * DAY_S + hour * 3600 + minute * 60 + second;
    *ret_wall_us = seconds * SECOND_US + (has_fraction ? digits(text + 20, 6) : 0);
    return KC_OK;
}
