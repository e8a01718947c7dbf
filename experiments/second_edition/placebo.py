exec(open("experiments/second_edition/run.py").read())
OV={"economy.inflation":0.025,"economy.wage_growth":0.025,"economy.revenue_volatility":0.0,"economy.budget_growth":-0.05,"enrollment.local_trend":0,"enrollment.local_noise":0}
from dataclasses import replace
def steady(infl):
    cat=CAT.with_values({"economy.inflation":infl,"economy.wage_growth":infl,"economy.revenue_volatility":0.0,"economy.budget_growth":-0.05,"enrollment.local_trend":0.0,"enrollment.local_noise":0.0},"x")
    p=central_parameters(cat,W.clusters,R)
    p=replace(p,enrollment=replace(p.enrollment,entry_growth=replace(p.enrollment.entry_growth,factor=p.enrollment.entry_growth.factor*0)))
    W2=replace(W,clusters=replace(W.clusters,employment_growth=W.clusters.employment_growth*0))
    return W2,prepare(W2,p,SQ,2026,range(R),15)
def indexed(f):
    from sim.funding.rules import Indexed
    L=[]
    for l in f.lines:
        u={}
        if getattr(l.appropriation,"rule","")=="fixed": u["appropriation"]=Indexed(dollars=l.appropriation.dollars)
        if not l.seg!="outside": u["rules"]=l.rules.model_copy(update={"indexation":"prices"})
        L.append(l.model_copy(update=u))
    return f.model_copy(update={"lines":tuple(L),"name":"status_quo_indexed"})
if __name__=="__main__":
    for infl in (0.0,0.025,0.05):
        W,E=steady(infl); o,_=run(E,indexed(SQ))
        pi=lambda t:(1+infl)**(t+1)
        print("inflation",infl)
        for k in ("membership","concentrators","participants","pathways","sites","instructors","a","b"): print(f"  {k:14}"," ".join(f"{o[t][k]:9.1f}" for t in (0,1,2,4,6,9,14)))
        for k in ("spending","own","cash","reaching"): print(f"  {k:14}"," ".join("%9.3f"%(o[tt][k]/pi(tt)/1e6) for tt in (0,1,2,4,6,9,14)))
        print("  lam"," ".join(f"{o[t]['lam']:9.3f}" for t in (0,1,2,4,6,9,14)))
