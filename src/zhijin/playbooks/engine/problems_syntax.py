"""PB0xx: the file cannot be read as it is written."""

from __future__ import annotations

from typing import Final

from zhijin.playbooks.engine.findings import Problem, Severity

_E = Severity.ERROR

ALL: Final = (
    Problem(
        "PB001", _E, "文件不是 UTF-8 编码，从这里开始读不出来。",
        "The file is not UTF-8; it cannot be read from here on.",
        "请用记事本打开，点“另存为”，把编码选成 UTF-8 再保存。",
        "Open it in a text editor, choose “save as”, and pick UTF-8 as the encoding.",
    ),
    Problem(
        "PB002", _E, "文件太大，上限是 {limit} KB。", "The file is too large; the limit is {limit} KB.",
        "一个行动方案只写一类事项；请拆成几个文件。",
        "A playbook describes one kind of matter; split it into several files.",
    ),
    Problem(
        "PB003", _E, "一层套一层，超过了 {limit} 层。", "The file is nested more than {limit} levels deep.",
        "请检查是不是多缩进了，正常的方案不超过八层。",
        "Check the indentation; a playbook needs no more than eight levels.",
    ),
    Problem(
        "PB004", _E, "行首用了制表符（Tab 键）。", "This line begins with a tab.",
        "请删掉，改用空格缩进，每层两个空格。", "Delete it and indent with spaces, two for each level.",
    ),
    Problem(
        "PB005", _E, "有一个看不见的控制字符（{code}）。", "There is an invisible control character ({code}).",
        "多半是从别处粘贴带来的；请删掉这一处再重新输入。",
        "It usually comes with pasted text; delete this place and type it again.",
    ),
    Problem(
        "PB006", _E, "这一行缺少冒号。", "This line has no colon.",
        "每一行写成“名称: 内容”，冒号用英文半角，后面空一格。",
        "Write each line as “name: value”, with a colon and one space.",
    ),
    Problem(
        "PB007", _E, "引号没有成对。", "A quotation mark is not closed.",
        "请在这段文字的末尾补上同样的引号。", "Add the same quotation mark at the end of the text.",
    ),
    Problem(
        "PB008", _E, "花括号或方括号没有写完整。", "A brace or bracket is not closed, or a comma is missing.",
        "请检查这里的 { } 和 [ ] 是否成对，各项之间是否用英文逗号隔开。",
        "Check that { } and [ ] come in pairs and that items are separated by commas.",
    ),
    Problem(
        "PB009", _E, "一行里出现了两个冒号，或缩进不对。",
        "There are two colons on one line, or the indentation is wrong.",
        "如果冒号是文字的一部分，请给整段文字加上引号；否则请检查上一行的缩进。",
        "If the colon belongs to the text, put the text in quotation marks; "
        "otherwise check the line above.",
    ),
    Problem(
        "PB010", _E, "这里读不下去了：{detail}。", "This cannot be read: {detail}.",
        "请与旁边写得对的一行对照，检查缩进、冒号和括号。",
        "Compare it with a correct line nearby: indentation, colon, brackets.",
    ),
    Problem(
        "PB011", _E, "缩进不整齐，不知道这一行属于谁。",
        "The indentation is uneven; it is not clear what this line belongs to.",
        "同一层的各行要左对齐，每深一层多空两格。",
        "Lines of the same level must line up; each deeper level has two more spaces.",
    ),
    Problem(
        "PB012", _E, "这个符号不能用在一项的开头。", "This character cannot begin a value.",
        "请给这段文字加上英文引号，例如 \"@张三\"。", "Put the text in quotation marks, such as \"@name\".",
    ),
    Problem(
        "PB013", _E, "多行文字的写法不对。", "The multi-line text is not written correctly.",
        "“|”后面要换行，下面各行都要缩进。", "Begin a new line after “|” and indent the lines below it.",
    ),
    Problem(
        "PB014", _E, "以“%”开头的行在方案里没有用。", "A line beginning with “%” has no use in a playbook.",
        "请删掉这一行。", "Delete this line.",
    ),
    Problem(
        "PB015", _E, "一个文件里只能有一个方案，这里却用“---”开始了第二个。",
        "A file holds one playbook, but “---” begins a second one here.",
        "请把第二个方案移到另一个文件。", "Move the second playbook into a file of its own.",
    ),
    Problem(
        "PB016", _E, "“{name}”写了两次，第 {line} 行已经有了。", "“{name}” stands here twice; see line {line}.",
        "同一层里每个名称只能出现一次；请删掉一个，或合并成一个。",
        "A name may appear once on each level; delete one or merge the two.",
    ),
    Problem(
        "PB017", _E, "名称必须是一个词，不能是列表或一组内容。", "A name must be one word, not a list or a group.",
        "请检查这里的冒号和括号。", "Check the colon and brackets here.",
    ),
    Problem(
        "PB018", _E, "用了中文标点“{sign}”。", "This is a full-width “{sign}”.",
        "请换成英文半角标点，后面空一格。", "Use the half-width sign, followed by a space.",
    ),
    Problem(
        "PB019", _E, "冒号后面缺一个空格。", "There is no space after the colon.",
        "请在冒号后面加一个空格。", "Add a space after the colon.",
    ),
    Problem(
        "PB020", _E, "不能用“&”给内容起代号。", "Anchors (“&name”) are not allowed.",
        "方案要让人从头读到尾就明白；请把内容写全。文字里要用“&”时请加引号。",
        "A playbook must be plain to read; write the content out, or quote a text that begins so.",
    ),
    Problem(
        "PB021", _E, "不能用“*”引用别处的内容。", "Aliases (“*name”) are not allowed.",
        "请把内容在这里再写一遍。", "Write the content out here again.",
    ),
    Problem(
        "PB022", _E, "不能用“!”标注类型（{tag}）。", "Type tags (“{tag}”) are not allowed.",
        "请删掉这个标注，直接写内容。", "Delete the tag and write the value as it is.",
    ),
    Problem(
        "PB023", _E, "不能用“<<”合并别处的内容。", "Merge keys (“<<”) are not allowed.",
        "请把内容在这里写全。", "Write the content out here.",
    ),
    Problem(
        "PB024", _E, "这里多出了内容。", "Something is left over here.",
        "引号或括号后面不能再写别的；如果整段都是文字，请全部放进一对引号里。",
        "Nothing may follow a closing quotation mark or bracket; put the whole text in one pair.",
    ),
)  # fmt: skip
