exec(open("experiments/second_edition/run.py").read())
OV=eval(sys.argv[2]) if len(sys.argv)>2 else {}
cat={"economy.inflation":0.02,"economy.wage_growth":0.02,"economy.revenue_volatility":0.0,"economy.budget_growth":-0.05}; cat.update(OV)
E=prep(over=cat); o,st=run(E,SQ,T=7)
H=W.districts.membership; bins=[(20,60),(60,120),(120,250),(250,500),(500,1000),(1000,2500),(2500,1e9)]
obs=[(.42,14.1,10.3),(.34,11.7,7.6),(.32,10.7,5.7),(.29,9.6,4.7),(.19,8.5,3.4),(.29,8.6,3.4),(.17,6,2.4)]
I=[district_total(s.sections-s.vacant_sections)[...,0]/5 for s,_ in st]; P=[district_total(s.sections)[...,0]/5 for s,_ in st]; S=[district_total(s.participants)[...,0] for s,_ in st]
for (a,b),ob in zip(bins,obs):
    m=(H>=a)&(H<b); g=[];c=[];d=[];gp=[];gs=[]
    for x,y_,p,q_,u,v in zip(I,I[1:],P,P[1:],S,S[1:]):
        x,y_=x[:,m],y_[:,m]; h=(x+y_)/2; ok=h>0; g.append(((y_-x)/np.where(ok,h,1))[ok]); c.append(np.maximum(y_-x,0).sum()/x.sum()); d.append(np.maximum(x-y_,0).sum()/x.sum())
        p,q_=p[:,m],q_[:,m]; h=(p+q_)/2; ok=h>0; gp.append(((q_-p)/np.where(ok,h,1))[ok]); u,v=u[:,m],v[:,m]; h=(u+v)/2; ok=h>0; gs.append(((v-u)/np.where(ok,h,1))[ok])
    g=np.concatenate(g); gp=np.concatenate(gp); gs=np.concatenate(gs)
    print(f"{a:5}-{b:6.0f} n={int(m.sum()):3} FTE {I[0][:,m].mean():6.1f} sd filled {g.std():.2f} posts {gp.std():.2f} students {gs.std():.2f} (obs {ob[0]})  q5 {np.quantile(g,.05):+.2f} q95 {np.quantile(g,.95):+.2f} falls>20% {(g<-.2).mean():.2f} created {100*np.mean(c):.1f} destroyed {100*np.mean(d):.1f} (obs {ob[1]},{ob[2]}) per 100 {100*I[0][:,m].sum()/ (H[m].sum()*R):.2f}")
