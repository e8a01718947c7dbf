exec(open("experiments/second_edition/run.py").read())
OV=eval(sys.argv[2]) if len(sys.argv)>2 else {}
import dataclasses, sim.behavior.deciding as dec
E=prep(over=OV); A=F("aligned"); b,_=run(E,SQ); a,_=run(E,A)
def rel(x,k="taught"): return " ".join(f"{x[t][k]/b[t][k]:.3f}" for t in (2,4,9,14))
print("aligned taught",rel(a)," reported",rel(a,"concentrators"))
P=E.parameters
E1=dataclasses.replace(E,parameters=dataclasses.replace(P,outcomes=dataclasses.replace(P.outcomes,recodable=P.outcomes.recodable*0)))
x,_=run(E1,A); print("no recoding taught",rel(x)," reported",rel(x,"concentrators"))
E2=dataclasses.replace(E,parameters=dataclasses.replace(P,outcomes=dataclasses.replace(P.outcomes,completion_quality=P.outcomes.completion_quality*0)))
x,_=run(E2,A); print("no quality taught",rel(x))
# hold sections and sites: replay status quo choices
from sim.engine.ensemble import simulate, deciding_all
rec=[]
base=deciding_all(P)
def record(s):
    c=base(s); rec.append(c); return c
list(simulate(E,SQ,15,record))
it=iter(rec)
def held(s):
    c=base(s); r=next(it)
    return dataclasses.replace(c,sites_closed=r.sites_closed,first_change=r.first_change,second_change=r.second_change,plan=r.plan,seeking=r.seeking,launch_sections=r.launch_sections,builds_facility=r.builds_facility,first_class=r.first_class)
out=[]
for s,y in simulate(E,A,15,held): out.append({"taught":float(state_total(s.concentrators).mean())})
print("sections, sites and classes held",rel(out))
