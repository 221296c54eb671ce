"""What access refuses."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

WRONG_PASSWORD = define(
    "AC001",
    401,
    _("用户名、密码或验证码不对。"),
    help=_("请检查大小写后再试；连续 5 次不对，账号会锁定一段时间。"),
)
LOCKED = define(
    "AC002",
    429,
    _("账号已暂时锁定。"),
    help=_("请在 {minutes} 分钟后再试，或请系统管理员重设密码。"),
)
SECOND_FACTOR_NEEDED = define(
    "AC003", 401, _("请输入动态验证码。"), help=_("打开手机上的验证器，输入六位数字。")
)
WEAK_PASSWORD = define(
    "AC004",
    400,
    _("新密码不够安全。"),
    help=_("至少 10 个字符，不要用常见密码，不要全是数字，也不要和旧密码相同。"),
)
USERNAME_TAKEN = define(
    "AC005", 409, _("用户名 {username} 已经有人用了。"), help=_("请换一个用户名。")
)
ADMINISTRATORS_APART = define(
    "AC006",
    409,
    _("系统管理员、安全管理员、审计员必须是三个人，并且不办理业务。"),
    help=_("请先收回该账号现有的授权，或为另一个人授权。"),
)
UNKNOWN_ROLE = define(
    "AC007", 400, _("没有“{role}”这个岗位角色。"), help=_("请从列表中选择一个角色。")
)
NOT_BY_ONESELF = define(
    "AC008", 403, _("不能给自己授权或停用自己。"), help=_("请由另一位管理员办理。")
)
BAD_KEY = define(
    "AC009",
    401,
    _("接口密钥无效、已过期或还没有启用。"),
    help=_("新密钥要等安全管理员核实启用；已过期的，请向系统管理员申请新的密钥。"),
)
WRONG_CODE = define(
    "AC010", 400, _("验证码不对。"), help=_("请确认手机时间准确，再输入新的六位数字。")
)
OIDC_OFF = define("AC011", 404, _("本平台没有开通统一身份登录。"), help=_("请用用户名和密码登录。"))
OIDC_UNKNOWN = define(
    "AC012",
    403,
    _("统一身份认证通过了，但本平台没有对应的账号。"),
    help=_("请系统管理员把您的统一身份与平台账号关联。"),
)
OIDC_UNREACHABLE = define(
    "AC013",
    502,
    _("统一身份认证服务没有正常答复。"),
    help=_("请稍后再试，或用用户名和密码登录；如果一直这样，请告诉系统管理员。"),
)
OIDC_REFUSED = define(
    "AC014",
    401,
    _("统一身份登录没有完成。"),
    help=_("登录等待太久，或在别的窗口里重新开始过。请回到登录页再试一次。"),
)
BAD_USERNAME = define(
    "AC015",
    400,
    _("用户名或姓名不合要求。"),
    help=_("用户名 2 至 64 个字符，可用字母、汉字、数字和 . _ - @；姓名不能空着。"),
)
GUARDED_ACCOUNT = define(
    "AC016",
    403,
    _("管理员账号的密码和登录方式不能由另一位管理员重设。"),
    help=_("请到服务器上运行 zhijin account reset {username}，由值守的两个人在场办理。"),
)
PLACE_NEEDED = define(
    "AC017",
    400,
    _("这个角色要在一个地方行使。"),
    help=_("请填写区划代码，例如 530602105207；网格在村代码后面再加三位。"),
)
OIDC_TAKEN = define(
    "AC018", 409, _("这个统一身份已经关联到别的账号。"), help=_("请先在那个账号上解除关联。")
)
NOT_A_PROGRAM = define(
    "AC019", 400, _("只有对接系统的账号才能有接口密钥。"), help=_("请为那个系统另建一个账号。")
)
HELD = define(
    "AC020",
    403,
    _("新的登录方式还没有经安全管理员确认。"),
    help=_("安全管理员会打电话或当面向您核实，确认后就能登录；等得太久，请您打电话给他。"),
)
