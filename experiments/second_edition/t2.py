exec(open("experiments/second_edition/run.py").read())
from sim.behavior import deciding
E=prep(); D=E.parameters.decisions; k=E.base.situation
w=deciding.weigh_sections(k,D); t=deciding.weigh_closing(k,w,D); off=k.sites>0
print("sites",float(state_total(k.sites).mean()),"offered",off.mean()*120*14)
q=lambda x: np.round(np.quantile(x,[.01,.05,.1,.25,.5,.75,.9,.95]),2)
print("margin",q(t.margin[off])); print("few",(t.few_students&off).sum()/R,"vac",(t.long_vacant&off).sum()/R,"lab",t.lab_out_of_use.sum()/R,"neg",((t.margin<0)&off).sum()/R)
p,sec=deciding.weigh_plans(k,w,D)
s=k; students=s.site_wanted
cand=(s.sites<s.high_schools)&(students>=D.minimum_section)
price=np.exp(w.log_price)
def val():
    sections=np.maximum(np.rint(students/s.class_size),1.0); go=D.plan_second*students; sh=w.upkeep_share
    worth=s.site_worth+s.first_worth*students+s.second_worth*go
    cost=s.section_cost*sections+sh*(s.site_running+s.section_running*sections+s.first_running*students)-s.elective*(students+go)
    room=s.facilities>s.sites; st=s.startup_net+np.where(room,0,s.facility_cost)
    return worth,cost,s.annuity*(worth/price-cost)-st,st,room
worth,cost,v,st,room=val()
print("cands",cand.sum()/R,"students",q(students[cand]),"value/startup",q((v/st)[cand]),"room share",room[cand].mean(),"startup",q(st[cand]))
print("worth",q(worth[cand]),"cost",q(np.broadcast_to(cost,worth.shape)[cand]))
print("first share run",(deciding.planning.run_share(w.first,price,D.section_spread)*w.first.possible).sum()/w.first.possible.sum(),"second",(deciding.planning.run_share(w.second,price,D.section_spread)*w.second.possible).sum()/w.second.possible.sum())
print("cost first",float((w.first.cost*w.first.possible).sum()/w.first.possible.sum()),"second",float((w.second.cost*w.second.possible).sum()/w.second.possible.sum()),"worth",float((w.first.worth*w.first.possible).sum()/w.first.possible.sum()),float((w.second.worth*w.second.possible).sum()/w.second.possible.sum()))
for f in ("first_value","second_value","site_value"): print(f,float(getattr(E.premises,f).mean()))
r={k:np.asarray(v).mean() for k,v in statewide(W,E.parameters,E.state,E.base).items()}
print({k:round(float(r[k]),1) for k in ("participants","concentrators","pathways","sites","sites_opened","sites_closed","instructors","vacancies","spending","startup_spending","cash")})
