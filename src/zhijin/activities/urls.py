"""Activities on the desk, and what anybody sees and does on the portal."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from zhijin.activities.cadres import views as cadres
from zhijin.activities.cadres import views_posts as cadre_posts
from zhijin.activities.cadres import views_study as cadre_study
from zhijin.activities.deliberation import portal as talk
from zhijin.activities.deliberation import views as deliberation
from zhijin.activities.deliberation import views_files as papers
from zhijin.activities.deliberation import views_services, views_talk
from zhijin.activities.learning import views as learning
from zhijin.activities.meetings import portal as branch_life
from zhijin.activities.meetings import views as meetings
from zhijin.activities.meetings import views_counts, views_members, views_overview
from zhijin.activities.practice import portal as practised
from zhijin.activities.practice import views as practice
from zhijin.activities.service import portal as serving
from zhijin.activities.service import proxy_portal, proxy_views, views_reports
from zhijin.activities.service import views as service
from zhijin.activities.service import views_helping as helping
from zhijin.activities.service import views_teams as teams
from zhijin.activities.views import cycles, events, undertakings, units, visits
from zhijin.activities.views import portal as public


class Signed(StringConverter):
    """``json``: what was signed; ``json.sig``: the signature beside it."""

    regex = "json|json\\.sig"


register_converter(Signed, "signed")

desk = [
    path("activities/", events.activities, name="activities"),
    path("activities/new/", events.activity_new, name="activity-new"),
    path("activities/sheets/<uuid:pk>/", events.sheet, name="activity-sheet"),
    path("activities/problems/<uuid:pk>/", units.problem, name="problem"),
    path("activities/pledges/", undertakings.pledges, name="pledges"),
    path("activities/pledges/new/", undertakings.pledge_new, name="pledge-new"),
    path("activities/pledges/<uuid:pk>/", undertakings.pledge, name="pledge"),
    path("activities/model-units/", units.model_units_list, name="model-units"),
    path("activities/model-units/new/", units.model_unit_new, name="model-unit-new"),
    path("activities/model-units/<uuid:pk>/", units.model_unit, name="model-unit"),
    path("activities/visits/", visits.visits, name="visits"),
    path("activities/visits/new/", visits.visit_new, name="visit-new"),
    path("activities/visits/<uuid:pk>/", visits.visit, name="visit"),
    path("activities/cycles/", cycles.cycles, name="cycles"),
    path("activities/cycles/new/", cycles.cycle_new, name="cycle-new"),
    path("activities/cycles/<uuid:pk>/", cycles.cycle, name="cycle"),
    path("activities/<uuid:pk>/", events.activity, name="activity"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.meeting_new, name="meeting-new"),
    path("meetings/record/", meetings.meeting_record, name="meeting-record"),
    path("meetings/branches/", views_overview.meeting_branches, name="meeting-branches"),
    path("meetings/counts/", views_counts.meeting_counts, name="meeting-counts"),
    path("meetings/list/", views_counts.meeting_list, name="meeting-list"),
    path("meetings/<uuid:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<uuid:pk>/code/", meetings.meeting_code, name="meeting-code"),
    path("meetings/<uuid:pk>/minutes.docx", meetings.meeting_file, name="meeting-file"),
    path("branches/<int:key>/members/", views_members.branch_members, name="branch-members"),
    path("courses/", learning.courses, name="courses"),
    path("courses/<uuid:pk>/", learning.course, name="course"),
    path("courses/<uuid:pk>/show/", learning.course_show, name="course-show"),
    path("course-parts/<uuid:pk>/file/", learning.course_file, name="course-file"),
    path("elections/", cadres.due, name="elections"),
    path("elections/<int:key>/", cadres.term, name="election-org"),
    path("teams/", cadres.team, name="cadre-teams"),
    path("teams/list/", cadres.team_list, name="cadre-team-list"),
    path("community-workers/", cadres.community_workers, name="community-workers"),
    path("community-workers/<uuid:pk>/", cadres.community_worker, name="community-worker"),
    path("postings/", cadre_posts.posting_list, name="postings"),
    path("postings/commendations/", cadre_posts.commendations, name="commendations"),
    path("postings/<uuid:pk>/", cadre_posts.posting, name="posting"),
    path("work-logs/<uuid:pk>/<int:number>/", cadre_posts.log_photo, name="work-log-photo"),
    path("county-plans/", cadre_posts.plan_list, name="county-plans"),
    path("county-plans/<uuid:pk>/", cadre_posts.plan, name="county-plan"),
    path("studies/", cadre_study.study_list, name="studies"),
    path("studies/<uuid:pk>/", cadre_study.study_one, name="study"),
    path("branch-members/<uuid:pk>/", views_members.branch_member, name="branch-member"),
    path("service/", service.service, name="service"),
    path("service/teams/choices/", service.team_choices, name="team-choices"),
    path("service/needs/new/", service.need_new, name="need-new"),
    path("service/needs/<uuid:pk>/", service.need, name="need"),
    path("service/done/<uuid:pk>/<str:digest>/", service.service_photo, name="service-photo"),
    path("service/reports/", views_reports.community_reports, name="community-reports"),
    path("service/teams/", teams.team_list, name="teams"),
    path("service/teams/new/", teams.team_new, name="team-new"),
    path("service/teams/<uuid:pk>/", teams.team, name="team"),
    path("service/links/", helping.household_links, name="household-links"),
    path("service/links/<uuid:pk>/", helping.household_link, name="household-link"),
    path("service/counts/", helping.service_counts, name="service-counts"),
    path("service/list/", helping.service_list, name="service-list"),
    path("service/proxies/", proxy_views.proxies, name="proxies"),
    path("service/proxies/new/", proxy_views.proxy_new, name="proxy-new"),
    path("service/proxies/<uuid:pk>/", proxy_views.proxy, name="proxy"),
    path("service/proxies/<uuid:pk>/<str:digest>/", proxy_views.proxy_photo, name="proxy-photo"),
    path("practice/", practice.practice, name="practice"),
    path("practice/list/", practice.practice_list, name="practice-list"),
    path("practice/works/<uuid:pk>/", practice.work, name="work"),
    path("practice/works/<uuid:pk>/picture/", practice.work_picture, name="work-picture"),
    path("practice/shows/<uuid:pk>/", practice.show, name="show"),
    path("deliberation/", deliberation.deliberation, name="deliberation"),
    path("deliberation/new/", deliberation.matter_new, name="matter-new"),
    path("deliberation/matters/<uuid:pk>/", deliberation.matter, name="matter"),
    path("deliberation/matters/<uuid:pk>/record.docx", papers.matter_file, name="matter-file"),
    path("deliberation/sittings/<uuid:pk>/minutes.docx", papers.sitting_file, name="sitting-file"),
    path(
        "deliberation/gatherings/<uuid:pk>/record.docx",
        papers.gathering_file,
        name="gathering-file",
    ),
    path("deliberation/sittings/<uuid:pk>/", deliberation.sitting, name="sitting"),
    path("deliberation/proposals/", views_talk.proposals, name="proposals"),
    path("deliberation/proposals/<uuid:pk>/", views_talk.proposal, name="proposal"),
    path("deliberation/gatherings/", views_talk.gatherings, name="gatherings"),
    path("deliberation/gatherings/<uuid:pk>/", views_talk.gathering, name="gathering"),
    path("deliberation/services/", views_services.listed_services, name="listed-services"),
    path("deliberation/requests/<uuid:pk>/", views_services.service_request, name="listed-request"),
]
portal = [
    path("my-service/<str:token>/", serving.my_service, name="my-service"),
    path("served/", serving.served, name="served"),
    path("served/<uuid:pk>/", serving.served_named, name="served-named"),
    path("proxy/", proxy_portal.by_code, name="proxy-code"),
    path("needs/<str:code>/", serving.needs, name="needs"),
    path("practice/<str:code>/", practised.practice, name="practice"),
    path("works/<uuid:pk>/", practised.work, name="work"),
    path("works/<uuid:pk>/<slug:size>.jpg", practised.picture, name="work-picture"),
    path("talk/<str:code>/", talk.talk, name="talk"),
    path("talk/<str:code>/new/", talk.proposal_new, name="proposal-new"),
    path("talk/<str:code>/alike/", talk.proposal_alike, name="proposal-alike"),
    path("proposals/<uuid:pk>/", talk.proposal, name="proposal"),
    path("resolutions/<uuid:pk>/", talk.resolution, name="resolution"),
    path("counts/<uuid:pk>/", talk.recount, name="recount"),
    path("counts/<uuid:pk>/count.<signed:ending>", talk.count_file, name="count-file"),
    path("ballot/", talk.ballot, name="ballot"),
    path("service-lists/<str:code>/", talk.service_lists, name="service-lists"),
    path("service-lists/ask/<uuid:pk>/", talk.service_ask, name="listed-ask"),
    path("service-requests/<str:code>/", talk.service_status, name="listed-status"),
    path("my-branch/<str:token>/", branch_life.member_page, name="member-page"),
    path("my-branch/<str:token>/parts/<uuid:pk>/", branch_life.member_file, name="member-file"),
    path("sign/<uuid:pk>/<str:code>/", branch_life.meeting_sign, name="meeting-sign"),
    path("calendars/<str:token>.ics", branch_life.branch_feed, name="branch-feed"),
    path("vote/", public.vote, name="vote"),
    path("pledges/<str:code>/", public.pledges, name="pledges"),
    path("model-units/<str:code>/", public.model_units, name="model-units"),
    path("activities/<uuid:pk>/", public.event, name="activity-public"),
    path("cycles/<uuid:pk>/result.<signed:ending>", cycles.signed_year, name="cycle-file"),
    path("activities/<uuid:pk>/list.txt", public.draw_list, name="activity-list"),
    path("activities/<uuid:pk>/<slug:what>.<signed:ending>", public.file, name="activity-file"),
]
