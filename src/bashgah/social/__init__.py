"""What members do for the club in public and show proof of: social tasks, and reviews of what they bought.

Remembers: tasks with their terms; each proof and review with its decision; prints by which a link or picture
    shown twice is found.
Promises: each task counts once for a member, however often it is sent; no more members than the club said;
    only https links of the declared host; pictures drawn anew, shown to staff and their member alone.
Listens to: members erased (what they showed goes), merged and parted (what two have in common is joined).
Never: gives points itself: what is accepted is recorded as an activity, and rules decide.
"""
