"""Lists in Twilio's way: filters, a page at a time, the address of the next page."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import Request

from phones.problems import TwilioProblem
from phones.record_store import Search

MAX_PAGE = 1000
DAY_S = 24 * 3600


def page(request: Request, key: str, rows: list[tuple[int, dict[str, object]]]) -> dict[str, object]:
    """`rows` may hold one more than a page, which shows that another follows.

    The next page's token names the last row shown, so that new rows never shift what follows.
    """
    size, number = _size(request), _page_number(request)
    token = f"PA{rows[size - 1][0]}" if len(rows) > size else ""
    kept = {k: v for k, v in request.query_params.items() if k not in ("Page", "PageToken", "PageSize")}

    def address(page_number: int, page_token: str) -> str:
        asked = {**kept, "PageSize": str(size), "Page": str(page_number)}
        if page_token:
            asked["PageToken"] = page_token
        return f"{request.url.path}?{urlencode(asked)}"

    shown = [resource for _, resource in rows[:size]]
    return {
        key: shown,
        "first_page_uri": address(0, ""),
        "next_page_uri": address(number + 1, token) if token else None,
        "previous_page_uri": None,
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "uri": address(number, request.query_params.get("PageToken", "")),
    }


def search(request: Request, time_field: str) -> Search:
    query = request.query_params
    exact, after, until = (query.get(time_field + mark) for mark in ("", ">", "<"))
    not_before = _instant(after) if after else None
    not_after = _instant(until) if until else None
    if exact:
        not_before = _instant(exact)
        whole_day = len(exact) == len("2026-01-31")
        not_after = not_before + (DAY_S - 1 if whole_day else 0)
    return Search(
        receiver=query.get("To", ""),
        sender=query.get("From", ""),
        status=query.get("Status", ""),
        not_before=not_before,
        not_after=not_after,
        before_seq=_whole(query.get("PageToken", "").removeprefix("PA"), "PageToken", 0) or None,
        limit=_size(request) + 1,
    )


def _size(request: Request) -> int:
    return min(max(_whole(request.query_params.get("PageSize"), "PageSize", 50), 1), MAX_PAGE)


def _page_number(request: Request) -> int:
    return _whole(request.query_params.get("Page"), "Page", 0)


def _whole(text: str | None, name: str, default: int) -> int:
    if not text:
        return default
    if not text.isdecimal() or len(text) > 15:
        raise TwilioProblem(20001, name)
    return int(text)


def _instant(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise TwilioProblem(20001, "a date is 2026-01-31 or 2026-01-31T10:00:00Z") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
