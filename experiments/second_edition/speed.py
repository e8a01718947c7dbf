import sys,time; src=sys.argv[1]; sys.path.insert(0,src)
import numpy as np
from sim.world.loading import load_world
from sim.parameters.catalogue import load_catalogue
from sim.parameters.values import central_parameters
from sim.study.setup.inputs import find_formula
from sim.config_folder import config_folder
from sim.engine.ensemble import prepare, simulate
W=load_world(None); CF=config_folder(); CL=W.clusters.identifier
R=32; p=central_parameters(load_catalogue(),W.clusters,R); SQ=find_formula("status_quo",CF,CL); A=find_formula("aligned",CF,CL)
t=time.process_time(); E=prepare(W,p,SQ,2026,range(R),30); print("prep ms/run",1000*(time.process_time()-t)/R)
best=9e9
for _ in range(3):
    t=time.process_time()
    for s,y in simulate(E,A,30): pass
    best=min(best,time.process_time()-t)
print("30 years ms/run",1000*best/R)
if len(sys.argv)>2:
    import cProfile,pstats
    pr=cProfile.Profile(); pr.enable()
    for s,y in simulate(E,A,30): pass
    pr.disable(); pstats.Stats(pr).sort_stats("tottime").print_stats(28)
