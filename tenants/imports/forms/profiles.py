"""Which forms of registers are known?

Data, no rules: a district with another form adds a profile here. The first heading of a field is the form's own; the others are
names that people use for it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a register's file lists."""

    VOLUNTEERS = "volunteers"
    HOURS = "hours"


@dataclass(frozen=True)
class Profile:
    """A form: for each field the headings under which it may stand.

    A bare number in `minutes` counts units of `minutes_per_unit` minutes; without that the unit has to be written. Where there
    is a `service_date`, `started_at` and `ended_at` are clock times of that day.
    """

    name: str
    kind: Kind
    headings: Mapping[str, tuple[str, ...]]
    minutes_per_unit: int | None = None

    @property
    def required(self) -> frozenset[str]:
        """The fields without which nothing of this form can be entered."""
        clock_times = {"service_date"} & set(self.headings)
        return REQUIRED[self.kind] | clock_times


REQUIRED: Mapping[Kind, frozenset[str]] = {
    Kind.VOLUNTEERS: frozenset({"local_number", "name", "registered_on"}),
    Kind.HOURS: frozenset(
        {
            "local_number",
            "volunteer_number",
            "activity",
            "field",
            "started_at",
            "ended_at",
            "minutes",
            "certified_by",
            "status",
        }
    ),
}

PROFILES = (
    Profile(
        "futian",
        Kind.VOLUNTEERS,
        {
            "local_number": ("义工号", "义工编号", "志愿者编号"),
            "name": ("姓名",),
            "document_kind": ("证件类型",),
            "document_number": ("证件号码", "身份证号", "身份证号码"),
            "gender": ("性别",),
            "birth_date": ("出生日期", "出生年月日"),
            "phone": ("手机号码", "手机", "手机号", "联系电话"),
            "team": ("所属组织", "所属团队"),
            "street": ("街道", "所属街道"),
            "community": ("社区", "所属社区"),
            "registered_on": ("注册日期", "注册时间"),
        },
    ),
    Profile(
        "luohu",
        Kind.VOLUNTEERS,
        {
            "local_number": ("编号", "志愿者编号"),
            "name": ("志愿者姓名", "志愿者"),
            "document_kind": ("证件", "证件种类"),
            "document_number": ("证件号", "身份证"),
            "gender": ("性别",),
            "birth_date": ("生日",),
            "phone": ("电话", "联系电话"),
            "team": ("服务队", "队伍"),
            "street": ("街道",),
            "community": ("社区",),
            "registered_on": ("登记时间", "登记日期"),
        },
    ),
    Profile(
        "nanshan",
        Kind.VOLUNTEERS,
        {
            "local_number": ("volunteer_no", "volunteer number"),
            "name": ("name", "full name"),
            "document_kind": ("id_type", "document type"),
            "document_number": ("id_number", "document number"),
            "gender": ("gender", "sex"),
            "birth_date": ("birth_date", "date of birth"),
            "phone": ("phone", "mobile"),
            "team": ("team",),
            "street": ("street", "subdistrict"),
            "community": ("community",),
            "registered_on": ("registered_on", "registration date"),
        },
    ),
    Profile(
        "futian",
        Kind.HOURS,
        {
            "local_number": ("记录编号", "记录号"),
            "volunteer_number": ("义工号", "义工编号", "志愿者编号"),
            "name": ("姓名",),
            "activity": ("活动名称", "活动"),
            "field": ("服务类别", "服务类型"),
            "street": ("街道", "所属街道"),
            "community": ("社区", "所属社区"),
            "started_at": ("开始时间",),
            "ended_at": ("结束时间",),
            "certified_by": ("认证人",),
            "status": ("状态", "认证状态"),
            "minutes": ("服务时长(小时)", "时长(小时)"),
        },
        minutes_per_unit=60,
    ),
    Profile(
        "luohu",
        Kind.HOURS,
        {
            "local_number": ("流水号",),
            "volunteer_number": ("编号", "志愿者编号"),
            "name": ("志愿者姓名", "志愿者"),
            "activity": ("项目", "项目名称"),
            "field": ("类别", "项目类别"),
            "street": ("街道",),
            "community": ("社区",),
            "service_date": ("服务日期", "日期"),
            "started_at": ("开始", "开始时间"),
            "ended_at": ("结束", "结束时间"),
            "minutes": ("时长", "服务时长"),
            "certified_by": ("审核人",),
            "status": ("审核状态",),
        },
    ),
    Profile(
        "nanshan",
        Kind.HOURS,
        {
            "local_number": ("record_no", "record number"),
            "volunteer_number": ("volunteer_no", "volunteer number"),
            "name": ("name", "full name"),
            "activity": ("activity",),
            "field": ("field", "category"),
            "street": ("street", "subdistrict"),
            "community": ("community",),
            "started_at": ("started_at", "start"),
            "ended_at": ("ended_at", "end"),
            "minutes": ("minutes", "duration (minutes)"),
            "certified_by": ("certified_by", "approved by"),
            "status": ("status",),
        },
        minutes_per_unit=1,
    ),
)
