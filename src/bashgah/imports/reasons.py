"""Why a line was not taken over, in words."""

from __future__ import annotations

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

REASONS = {
    "adjustment": Phrase(_("an adjustment of the accounts, no purchase")),
    "amount_invalid": Phrase(_("the amount cannot be an amount")),
    "balance_invalid": Phrase(_("the balance is no whole number above zero")),
    "reference_invalid": Phrase(_("the reference is too long or cannot be read")),
    "wallet_invalid": Phrase(_("the wallet is not named by its key")),
    "amount_negative": Phrase(_("the amount is below zero")),
    "cancellation_positive": Phrase(_("a cancellation that takes nothing back")),
    "cancellation_unmatched": Phrase(_("a cancellation without an earlier purchase of these goods")),
    "cancellation_without_customer": Phrase(_("a cancellation without a customer")),
    "cancellation_too_large": Phrase(_("more is taken back than is left of the earlier purchases")),
    "customer_invalid": Phrase(_("the customer number cannot be read")),
    "date_invalid": Phrase(_("the date cannot be read")),
    "digits_lost": Phrase(_("a spreadsheet cut the digits of this number off")),
    "free_line": Phrase(_("the line has no price")),
    "invoice_invalid": Phrase(_("the invoice number is missing or too long")),
    "mobile_invalid": Phrase(_("the mobile number is not valid")),
    "number_invalid": Phrase(_("there is no number where one should be")),
    "quantity_invalid": Phrase(_("the quantity cannot be a quantity")),
    "quantity_not_positive": Phrase(_("the quantity is not above zero")),
    "sku_invalid": Phrase(_("the product code is missing or too long")),
    "text_invalid": Phrase(_("the line holds characters that cannot be shown")),
    "two_customers": Phrase(_("the invoice names another customer in an earlier line")),
}
