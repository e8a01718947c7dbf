exec(open("experiments/second_edition/run.py").read())
which=sys.argv[2].split(",") if len(sys.argv)>2 else None
OV=eval(sys.argv[3]) if len(sys.argv)>3 else {}
E=prep(over=OV); T=15
from sim.engine.scenario import Scenario, Shocks
s,y=E.state,E.base; r={k:np.asarray(v).mean() for k,v in statewide(W,E.parameters,s,y).items()}
print("base",{k:round(float(r[k]),2) for k in("participants","concentrators","pathways","sites","sites_opened","sites_closed","launches_started","instructors","vacancies","spending","startup_spending","cash","replacement_share","equipment")},"a,b",float(state_total(s.first_sections).mean()),float(state_total(s.second_sections).mean()),[round(float(getattr(E.premises,k).mean())) for k in("first_value","second_value","site_value")],"filled",float(s.filled_share.mean()),"cap",float(s.capital_share.mean()))
b,_=run(E,SQ)
KEY=("concentrators","taught","participants","pathways","sites","sites_opened","sites_closed","instructors","a","b","spending","own","reaching","cash","lam","unserved","unserved2","equipment","replacement_share","plans","launches_started","vacancies","released","state_cost")
SM=("concentrators","taught","participants","pathways","instructors","a","b","spending","lam","unserved","replacement_share","state_cost","released")
def lines(mult,extra=()):
    from sim.funding.formula import scale_to
    f=scale_to(SQ,mult); return f.model_copy(update={"name":f"x{mult}","takes_effect":2027,"expected_base_year_entitlement":None})
def add(comp,**k):
    f=bill(components=comp,recurring=True,oversight="categorical",appropriation={"rule":"full"},rules={"indexation":"prices"},**k)
    own=[l for l in f.lines if not l.background]
    return SQ.model_copy(update={"name":"plus","takes_effect":2027,"lines":(*SQ.lines,*own),"expected_base_year_entitlement":None})
def alone(comp,**k): return bill(components=comp,recurring=True,oversight="categorical",appropriation={"rule":"full"},rules={"indexation":"prices"},**k)
P={}
P["sq"]=lambda: show("status quo",b,None,KEY)
P["x0"]=lambda: show("x0",run(E,F("pilot_sunset"))[0],b,KEY)
P["x.5"]=lambda: show("x.5",run(E,lines(.5))[0],b,SM)
P["x2"]=lambda: show("x2",run(E,lines(2.))[0],b,KEY)
P["x4"]=lambda: show("x4",run(E,lines(4.))[0],b,SM)
for d in (250,1000,4000): P[f"c{d}"]=(lambda d=d: show(f"+{d}/conc",run(E,add([{"kind":"per_student","count":"concentrators","dollars":d}]))[0],b,KEY if d==1000 else SM))
P["c250only"]=lambda: show("250/conc instead",run(E,alone([{"kind":"per_student","count":"concentrators","dollars":250}]))[0],b,SM)
P["aligned"]=lambda: show("aligned",run(E,F("aligned"))[0],b,KEY)
P["sb130"]=lambda: show("sb130",run(E,F("sb130_quarter_weight"))[0],b,SM)
P["base"]=lambda: show("base",run(E,F("aligned_base"))[0],b,SM)
def sup(m,f,bb=None):
    return run(E,f,scenario=Scenario(name="s",title="t",source="s",from_year={2027:Shocks(instructor_supply=m)}))[0]
def p9():
    for m in (2,.5):
        show(f"supply x{m} sq",sup(m,SQ),b,("taught","participants","instructors","vacancies"))
    g=lines(4.); gb=run(E,g)[0]
    for m in (2,.5): show(f"supply x{m} x4",sup(m,g),gb,("taught","participants","instructors","vacancies"))
    a=F("aligned"); gb=run(E,a)[0]
    for m in (2,.5): show(f"supply x{m} aligned",sup(m,a),gb,("taught","participants","instructors","vacancies"))
P["sup"]=p9
def none():
    f=F("pilot_sunset"); f=f.model_copy(update={"lines":tuple(l for l in f.lines if l.name!="perkins"),"takes_effect":2027})
    show("nothing at all",run(E,f,scenario=Scenario(name="s",title="t",source="s",from_year={2027:Shocks(local_money=0.0)}))[0],b,KEY)
P["none"]=none
for k,v in P.items():
    if which is None or k in which: v()
