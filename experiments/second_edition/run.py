import sys,time; sys.path.insert(0,".")
import numpy as np
from pathlib import Path
from sim.world.loading import load_world
from sim.parameters.catalogue import load_catalogue
from sim.parameters.values import central_parameters
from sim.study.setup.inputs import find_formula
from sim.funding.reading import formula_from, read_lines
from sim.config_folder import config_folder
from sim.engine.ensemble import prepare, simulate, WARM_UP_YEARS
from sim.engine.recording import statewide
from sim.arrays import state_total, district_total
W=load_world(None); CAT=load_catalogue(); CL=W.clusters.identifier; CF=config_folder()
R=int(sys.argv[1]) if len(sys.argv)>1 else 16
def pars(R, over={}):
    cat=CAT.with_values({k:v for k,v in over.items()},"x") if over else CAT
    return central_parameters(cat,W.clusters,R)
SQ=find_formula("status_quo",CF,CL)
def F(name): return find_formula(name,CF,CL)
def bill(**k):
    base=dict(title="t",source="s",year_of_numbers=2026,description="d"); base.update(k)
    return formula_from(base,"x","x",read_lines(CF/"line"),CL)
def prep(R=R,horizon=15,over={},seed=2026): return prepare(W,pars(R,over),SQ,seed,range(R),horizon)
def run(E,f,T=15,scenario=None):
    kw={} if scenario is None else {"scenario":scenario}
    out=[]; states=[]
    for s,y in simulate(E,f,T,**kw):
        r=statewide(W,E.parameters,s,y); r["taught"]=state_total(s.concentrators).ravel(); r["a"]=state_total(s.first_sections).ravel(); r["b"]=state_total(s.second_sections).ravel(); r["lam"]=s.log_price.mean(axis=-2).ravel(); r["own"]=state_total(y.books.own).ravel(); r["unserved"]=state_total(y.schooling.enrolled.unserved_first).ravel(); r["unserved2"]=state_total(y.schooling.enrolled.unserved_second).ravel(); r["reaching"]=state_total(y.settlement.reaching_cte).ravel(); r["plans"]=state_total((y.choice.plan>0)*1.).ravel(); r["pool"]=state_total(s.pool).ravel()
        out.append({k:np.asarray(v).mean() for k,v in r.items()}); states.append((s,y))
    return out,states
def show(name,o,b,keys=("concentrators","taught","participants","pathways","sites","sites_opened","sites_closed","instructors","a","b","spending","own","reaching","cash","lam","unserved","unserved2","equipment","replacement_share","quality","class_size","plans","launches_started","stopped_by_instructor","vacancies","released","pool","state_cost"),ts=(0,1,2,4,9,14)):
    print("##",name)
    for k in keys:
        v=[o[t][k] for t in ts if t<len(o)]
        if b is not None and k in ("concentrators","taught","participants","pathways","sites","instructors","a","b","spending","own","pool"):
            print(f"  {k:18}"," ".join(f"{o[t][k]/b[t][k]:9.3f}" for t in ts if t<len(o)),f"   base {b[0][k]:.4g}")
        else: print(f"  {k:18}"," ".join(f"{x:9.4g}" for x in v))
