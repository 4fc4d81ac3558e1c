"""Rows in the shape of Twilio's REST resources."""

from email.utils import formatdate

from phones.call_script import duration
from phones.model import Call, Message
from phones.problems import DELIVERY_ERRORS
from phones.rules import length

VERSION = "2010-04-01"


def _date(at: float | None) -> str | None:
    return None if at is None else formatdate(at, usegmt=False)


def account_uri(account: str) -> str:
    return f"/{VERSION}/Accounts/{account}"


def message_resource(message: Message, account: str) -> dict[str, object]:
    uri = f"{account_uri(account)}/Messages/{message.sid}"
    return {
        "account_sid": account,
        "api_version": VERSION,
        "body": message.body,
        "date_created": _date(message.created_at),
        "date_sent": _date(message.sent_at),
        "date_updated": _date(message.updated_at),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": DELIVERY_ERRORS.get(message.error_code or 0),
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(length(message.body).segments),
        "price": None,
        "price_unit": "GBP",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.receiver,
        "uri": f"{uri}.json",
    }


def call_resource(call: Call, account: str) -> dict[str, object]:
    uri = f"{account_uri(account)}/Calls/{call.sid}"
    lasted = str(duration(call)) if call.status == "completed" else None
    return {
        "account_sid": account,
        "answered_by": None,
        "api_version": VERSION,
        "caller_name": None,
        "date_created": _date(call.created_at),
        "date_updated": _date(call.updated_at),
        "direction": call.direction,
        "duration": lasted,
        "end_time": _date(call.ended_at),
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": call.sender,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "GBP",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": _date(call.answered_at),
        "status": call.status,
        "subresource_uris": {},
        "to": call.receiver,
        "to_formatted": call.receiver,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }
