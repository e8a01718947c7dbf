exec(open("experiments/second_edition/run.py").read())
OV=eval(sys.argv[2]) if len(sys.argv)>2 else {}
POT=float(sys.argv[3]) if len(sys.argv)>3 else 26e6
from sim.engine.scenario import Scenario, Shocks
def law(name,lines): 
    f=formula_from(dict(title="t",source="s",year_of_numbers=2026,description="d",takes_effect=2000 if name=="law" else 2027,lines=lines),"x",name,read_lines(CF/"line"),CL)
    return f
def ln(name,ov,dollars,start=None,end=None):
    d=dict(name=name,fund="General Fund",recurring=True,oversight=ov,components=[{"kind":"per_student","count":"participants","pot":int(dollars)}],appropriation={"rule":"fixed","dollars":int(dollars)})
    if start: d["start_year"]=start
    if end: d["sunset_year"]=end
    return d
LAW=law("law",[ln("rocp","categorical",POT)])
CALF=law("cal",[ln("f1","general",.85*POT,2027,2027),ln("f2","general",.78*POT,2028)])
SAME=law("same",[ln("g","general",POT,2027)])
RESTR=law("restr",[ln("r1","categorical",.85*POT,2027,2027),ln("r2","categorical",.78*POT,2028)])
cat={"economy.inflation":0.018,"economy.wage_growth":0.018,"economy.revenue_volatility":0.0,"economy.budget_growth":-0.05}; cat.update(OV)
p=pars(R,cat)
from dataclasses import replace
p=replace(p,enrollment=replace(p.enrollment,entry_growth=replace(p.enrollment.entry_growth,factor=p.enrollment.entry_growth.factor*0)))
E=prepare(W,p,LAW,2026,range(R),6)
g=[.96,.93,.93,.90,.88]
S=Scenario(name="s",title="t",source="s",years={2027+i:Shocks(general_money=v) for i,v in enumerate(g)},from_year={2032:Shocks(general_money=.88)})
H=W.districts.membership
def go(f,sc,name):
    base=(E.base.books.year_end.spending/E.state.counts.membership)[...,0]; b0=E.base.books.year_end.spending.sum((1,2))/E.state.counts.membership.sum((1,2))
    pi=1.0
    print(name,"K %.1f own %.1f restricted %.1f"%(E.base.books.year_end.spending.sum((1,2)).mean()/1e6,E.base.books.own.sum((1,2)).mean()/1e6,E.base.settlement.restricted.sum((1,2)).mean()/1e6))
    big=H>=150
    o,st=run(E,f,T=6,scenario=sc)
    for t in range(6):
        s,y=st[t]; k=(y.books.year_end.spending/s.counts.membership)[...,0]/y.conditions.price_index[...,0]; r=k/np.maximum(base,1)
        tot=(y.books.year_end.spending.sum((1,2))/s.counts.membership.sum((1,2))/y.conditions.price_index[...,0,0]/b0).mean()
        off=(s.sites.sum(-1)>0)
        print("  y%d total %.2f"%(t+1,tot),"q",np.round(np.quantile(r[:,big],[.1,.25,.5,.75,.9]),2),"under half %.2f"%((r[:,big]<.5).mean()),"zero (<5%%): small<500 %.2f mid<2000 %.2f big %.2f | 150+ %.2f"%tuple((r[:,m]<.05).mean() for m in ((H>=60)&(H<500),(H>=500)&(H<2000),H>=2000,big)), "teachers %.2f students %.2f"%(o[t]["instructors"]/float(np.asarray((E.state.sections-E.state.vacant_sections).sum((1,2))/5).mean()),o[t]["participants"]/float(E.state.participants.sum((1,2)).mean())))
import os
for n in os.environ.get("GO","CALF,LAW,SAME,RESTR").split(","): go({"CALF":CALF,"LAW":None,"SAME":SAME,"RESTR":RESTR}[n] or LAW,S if n in("CALF","RESTR") else Scenario(name="b",title="t",source="s"),n)
print("observed .96 .76 .71 .62 .55; q 0.00 .25 .66 .82 1.02 under half .40; zeros 3000-: 29%, 3-10k 5%")
