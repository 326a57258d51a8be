"""What the product knows and decides, without touching anything: no input, no output, no clock, no vendor library.

The nouns, used everywhere with exactly this meaning:

side        Salesforce or HubSpot.
object      a kind of record on one side, by that side's API name ("Contact", "Lead"; "contacts").
pair        an object of HubSpot with its counterparts in Salesforce ("contacts": Contact and Lead ⇄ contacts).
record      one row of an object, named by side, object and id.
link        one record of each side, known to be the same thing.
base        what each side of a link last said of a field: two values, one per side.
cell        one field's value in canonical text, None when blank, UNSEEN when it could not be read.
layout      the order in which the mapped fields of a pair stand in a row of cells.
pass        one run of the engine. plan: everything a pass would write, as data.
watermark   the point up to which one side's changes have been staged.
"""
