from pathlib import Path
import yaml,re
def load(n): return Path(f"sim/parameters/{n}.yaml").read_text()
def entries(text):
    """keep text of each entry, in order"""
    parts=re.split(r"(?m)^(?=[a-z_0-9]+:\n)",text)
    head=parts[0]; d={}
    for p in parts[1:]: d[p.split(":",1)[0]]=p
    return head,d
def entry(name,value,unit,label,source,conf,prior,rng):
    pr="{distribution: fixed}" if prior is None else "{distribution: %s, low: %s, high: %s}"%prior
    label=label.replace(": ",", "); source=source.replace(": ",", ")
    return f"{name}:\n  value: {value}\n  unit: {unit}\n  label: {label}\n  source: {source}\n  confidence: {conf}\n  prior: {pr}\n  range: [{rng[0]}, {rng[1]}]\n"
T="triangular"
def write(n, names, new):
    head,d=entries(load(n)); d.update(new); missing=[x for x in names if x not in d]; assert not missing,(n,missing)
    Path(f"sim/parameters/{n}.yaml").write_text(head+"".join(d[x] for x in names))
import sys; sys.path.insert(0,".")
import dataclasses
from sim.parameters import groups
F=lambda c:[f.name for f in dataclasses.fields(c)]
J="judgement"
new={}
for a in [
("class_start",0.35,"share of the way to the cap","How far classes are planned toward their cap in the base year","Derived; about 20 students a first-course section, so that sections and costs of the base year add up (LESC; transcripts)","low",(T,0.1,0.6),(0,1)),
("class_response",1.2,"share of the way to the cap per log unit","How far classes are planned toward their cap as a dollar for CTE becomes dearer","Judgement; class size is among the first answers to a cut (AASA 2008, 36% of districts; 2010, 44%)",J,(T,0.6,2.5),(0,20)),
("section_spread",0.35,"share of a section's cost","How much sections of a pathway differ in what they are worth","Judgement; sets how far offers answer money: California 2008-13 and Texas 2013-19 are what it must reproduce",J,(T,0.2,0.6),(0.02,10)),
("price_speed",0.8,"share of the gap per year","How fast a district's plans take up a changed price of a dollar","Judgement; budgets are made a year ahead and sections are scheduled in spring",J,(T,0.5,1.0),(0,1)),
("price_step",0.7,"log points a year","Largest yearly move of a district's price of a dollar","Convention; a doubling in a year, so that one bad year does not end everything",J,None,(0.01,10)),
("second_class",0.675,"ratio","Students of a second-course section relative to a first-course section","Derived; about 13.5 against 20, so that sections and costs of the base year add up (transcripts; LESC)","low",(T,0.6,0.8),(0.1,2)),
("own_section",0.5,"share of a class","Fewest eligible students a site, as a share of a class, for a second course of its own","Judgement; below it the courses are taught together",J,(T,0.35,0.7),(0,5)),
("least_cost",0.1,"share of a section's salary","Least excess cost of a section, however many ordinary seats it saves","Convention; keeps the worth of a section a share of something positive",J,None,(0.001,1)),
("section_slack",0.1,"sections","How far a pathway may be off its plan before it adds or gives up a section","Judgement; staffing is not rearranged for a fraction of a class",J,(T,0.02,0.3),(0,5)),
("expansion_limit",0.25,"share of sections per year","Sections added to a pathway in a year, at least one","Judgement; Texas districts added more than a fifth in 6-24% of years by size (2013-19)",J,(T,0.12,0.5),(0,1)),
("reduction_limit",0.25,"share of sections per year","Sections given up in a year by attrition and notice, at least one","Judgement; Texas districts cut more than a fifth in 3-20% of years by size (2013-19)",J,(T,0.15,0.4),(0,1)),
("leadership_spread",0.4,"share, standard deviation","How much a superintendent moves what a district gives CTE of its own","Judgement; yearly changes of CTE teachers in Texas districts (2013-19)",J,(T,0.2,0.6),(0,3)),
("leadership_memory",0.75,"share per year","How much of a leadership's view lasts into the next year","Judgement; superintendents stay about five years",J,(T,0.6,0.85),(0,0.99)),
("appeal_spread",0.6,"log points, standard deviation","How much pathways of a district differ in what they are worth to it","Judgement; programs open and close at 3 to 6% a year with no change of law",J,(T,0.3,0.9),(0,3)),
("appeal_memory",0.85,"share per year","How much of a pathway's appeal lasts into the next year","Judgement; a teacher, an employer and a fashion last about ten years",J,(T,0.75,0.92),(0,0.999)),
("plan_hurdle",0.1,"share of start-up cost","Value beyond its start-up cost that a further site must promise before a plan is made","Judgement; half of districts name cost as a barrier (NCES 2018-028)",J,(T,0.0,1.0),(0,20)),
("plan_patience",5,"years","Years after which a plan that is still waiting is given up","Judgement; about the stay of a superintendent",J,(T,3,8),(1,60)),
("plan_second",0.5,"share","Students of a new site who would go on to its second course, as its planners see it","Transcripts; 51% of graduates with any CTE credit in a field reach two (NCES)","medium",None,(0,1)),
("close_notice",2,"years","Years for which a site does not carry itself before it closes","Judgement; students in a sequence are taught out",J,None,(1,20)),
("close_spread",0.5,"share of a site's cost","How far below zero a pathway's margin is where all of its sites close","Judgement",J,(T,0.3,1.0),(0.01,10)),
("deficit_share",0.05,"share of the year's money","How far next year's plan may exceed the money promised before sections go at once","Judgement; carry-over of 3% and more is usual (solvency act of 2017)",J,(T,0.02,0.1),(0,1)),
]: new[a[0]]=entry(*a)
write("decisions",F(groups.Decisions),new)
new={}
for a in [
("general_credit",0.35,"share","What of money without strings that CTE students earn is credited to the CTE budget","Loose formula money sticks by about half at first and less later (Cascio, Gordon and Reber 2013; Gordon 2004); Texas 2013-19 under an open weight","low",(T,0.15,0.6),(0,1)),
]: new[a[0]]=entry(*a)
write("beliefs",F(groups.Beliefs),new)
new={}
for a in [
("reserve_share",0.05,"share of yearly cost","Cash that a district keeps back","Cash of 3% or less was spared in the 2017 sweep","low",(T,0.0,0.1),(0,2)),
("deficit_limit",0.05,"share of yearly money","Deficit that a district may carry into the next year","Judgement; budgets must balance by law, timing aside",J,(T,0.02,0.1),(0,1)),
("hanging",0.75,"dollars per dollar","CTE spending that goes when a restricted dollar is lost or freed, median district","California 2008-13: median district at 0.66 of its CTE spending five years after its line was freed and cut","medium",(T,0.45,1.1),(0.05,5)),
("hanging_spread",1.2,"log points, standard deviation","How much districts differ in it","California 2008-13: quartiles of district change 0.25, 0.66, 0.82","medium",(T,0.7,1.5),(0,3)),
("hanging_floor",0.15,"dollars per dollar","Least of it in any district","Judgement; no district replaces all",J,None,(0,1)),
("kept_monitored",0.85,"share","What of further monitored grants adds to CTE spending, the rest displacing own money","Monitored grants stick nearly whole (California Career Pathways Trust; Bonilla 2020)","medium",(T,0.7,0.95),(0,1)),
("kept_categorical",0.7,"share","What of further restricted formula money adds to CTE spending","Wyoming 62% and Louisiana 86% taken up","low",(T,0.5,0.9),(0,1)),
("general_elasticity",1.5,"ratio","Change of own CTE money for a change of general money a member","California 2008-13: CTE cut 3.2 times as deep as instruction, with the line freed; 1.5 times without a line of its own","low",(T,1.0,2.5),(0,10)),
("own_speed",0.4,"share of the gap per year","How fast own money moves toward what the district wants","California 2008-13, path over five years","low",(T,0.2,0.5),(0,1)),
("general_launch",0.004,"share of the district's general money","General and capital money that a district can put into launches in a year","Judgement; most launches before the pilot were paid from general and capital money, and no amount is known",J,(T,0.002,0.008),(0,1)),
]: new[a[0]]=entry(*a)
write("books",F(groups.Books),new)
new={}
for a in [
("pool_exit",0.15,"share per year","People able to teach a cluster who drift out of reach in a year","Judgement",J,(T,0.08,0.3),(0,1)),
("return_share",0.3,"share","Leavers who may come back to teaching","Judgement; leavers earn about 20% more outside (Kistler and co-authors 2024)",J,(T,0.1,0.5),(0,1)),
]: new[a[0]]=entry(*a)
write("staffing",F(groups.Staffing),new)
new={}
for a in [
("unserved_share",0.11,"share","Students who would take a first course and find no seat","Massachusetts waiting lists of a tenth or more (2016-23); Texas course-takers 0.80 to 0.91 of enrollment in six years","low",(T,0.06,0.22),(0.001,0.8)),
]: new[a[0]]=entry(*a)
write("choice",F(groups.Choice),new)
new={}
for a in [
("going_on",0.68,"share","First-course students who pass, stay enrolled and wish for a second course in the sequence","51% of graduates with any credit in a field reach two credits in it (NCES transcripts); New Mexico's base year","low",(T,0.6,0.78),(0.05,1)),
("completion",0.92,"share","Students in a second course who complete it, at reference quality","Judgement; course failure rates of 5 to 12%",J,(T,0.88,0.95),(0.1,1)),
("completion_quality",0.15,"share per point of mean quality","Rise of completion with quality","Judgement; Michigan, completion without more enrollment (Goldring and co-authors 2024)",J,(T,0.05,0.3),(0,5)),
("recodable",0.35,"share of taught concentrators","Students with two courses outside one sequence who could be counted by re-cutting sequences","NCES transcripts: 26 in 100 of those with two CTE credits","high",(T,0.25,0.45),(0,3)),
("recoding_speed",0.45,"share of the gap per year","How fast re-cut sequences follow pay","Judgement; one to three years (Arizona satellites 2001-04; Michigan 2015)","low",(T,0.3,0.7),(0,1)),
("recoding_price_scale",500,"dollars per concentrator","Price at which 63% of the recodable are counted","Judgement; an administrator's month for a few dozen students",J,(T,250,1200),(1,1000000)),
("recoding_cost",60,"dollars per concentrator counted","What re-cutting and reporting cost a year","Judgement; an administrator's time",J,(T,20,150),(0,100000)),
("dual_credit_price_scale",1970,"dollars per enrollment","Price at which 63% of the effort on dual credit is reached","Judgement; as for credentials",J,None,(1,1000000)),
("placement_price_scale",900,"dollars per place","Price at which 63% of the effort on places is reached","Judgement",J,None,(1,1000000)),
]: new[a[0]]=entry(*a)
write("outcomes",F(groups.Outcomes),new)
