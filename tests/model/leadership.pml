/* Who acts as leader, handover=safe, as a model of three units for spin. docs/leadership.md has the protocol,
 * docs/model.md what was found, replay_test.cpp holds src/charm/leadership.cpp against runs of this.
 *
 * What is in it
 *   A hook in five steps, before each of which it may freeze for as long as it likes or be killed: the clock is read
 *   (begin); is-leader is asked and the application's data are read (look); the data of units with a claim are read
 *   (hear); stamp and crontab are written (act); the rest is written, and Juju commits or does not (end). Every read
 *   may fail. A machine may reboot at any time.
 *   A partition, a stopped agent, remove-unit --force, a dead machine: nothing but a unit that takes no step.
 *   The lease is no variable while it moves at will: it may have come here just before each question and each commit,
 *   and gone just after, so is-leader may say True to anybody and any commit may succeed or fail. -DEXPLICIT_LEASE has
 *   it as a variable.
 *   Time: a tick makes everything older by one. A stamp counts for TTL ticks from its hook's first step.
 *   -DLEAVING: a leader that leaves takes its claim back, and is gone when that is committed.
 *
 * What bounds it
 *   TERMS: no claim of a later term is committed until the faults stop. All else is as large as it gets by itself: any
 *   number of hooks, failures, reboots and ticks.
 *   TTL: in ticks; what is nearer than a tick is at once.
 *   Units are alike, so unit 0 is the first whose claim is committed, and unit 1 the second.
 *
 * What is left out: clocks that drift (all tick at once), handover=immediate and options that change, leadership-ttl=0,
 * versions without claims, no peer relation, catch-up. The simulator has those but for the relation.
 *
 * What stands for what, where that is not plain
 *   stamp is 0 if `run` refuses, for whatever reason: none, expired, or a crontab that says False.
 *   The id of a claim tells a unit whether what it remembers is about the claim that is there, and a hook whether the
 *   claim that it removes is the one that it saw. Here a claim that is committed resets what is remembered (read_back)
 *   and what others are about to remove (removes).
 *   A hook that is killed, or a machine that reboots, before the hook acts has changed nothing: it is as if that hook
 *   had not begun. So hooks are killed only after that, and machines reboot only between hooks.
 *   Variables go back to 0 when nothing depends on them any more.
 *
 * -DPROGRESS: faults may stop, for good. -DSIMULATION: for random runs, where chance needs help and a line says what
 * each step has found and decided. -DM_...: one rule of the protocol is missing, see model_test.cpp.
 */

#define N 3
#define NOBODY 3
#define AT_WILL 4

#ifndef TTL
#define TTL 1
#endif
#ifndef TERMS
#define TERMS 2
#endif

#ifdef SIMULATION
#define EXPLICIT_LEASE
#define BITS 8
#define faults trouble
#define SELDOM :: true :: true :: true :: true
#else
#define BITS 3
#define faults (!calm)
#define SELDOM
#endif

#ifdef EXPLICIT_LEASE
#define FIRST_LEASE NOBODY
#else
#define FIRST_LEASE AT_WILL
#endif

mtype = { idle, begun, seen, decided, acted };
mtype = { nothing, yields, claims, forgets, releases };

typedef UnitState {
  /* The relation's data, as committed. A unit has one claim at most: only it writes them, and each replaces the last */
  unsigned claim : BITS;   /* its term; 0: none */
  unsigned yielded : BITS; /* in the unit's own data */

  /* The machine. */
  unsigned stamp : BITS; /* for how many ticks `run` accepts it */
  bool read_back;        /* it remembers that it read back the claim of its that is in the data */
  unsigned since : BITS; /* how many ticks ago that was, up to TTL */
  bool settled;
#ifdef M_NO_ID
  unsigned remembered : BITS; /* the term of that claim */
#endif

  /* The hook that is under way. */
  unsigned step : 4;
  unsigned age : BITS;     /* ticks since its first step, up to TTL */
  bool waited;             /* at its first step the wait was over */
  unsigned terms0 : BITS;  /* of the claims that it has read */
  unsigned terms1 : BITS;
  unsigned terms2 : BITS;
  unsigned removes : 3;    /* bit v: the claim of v that it has read is there, and is to be removed */
  bool remembers;          /* its claim is there, named, and not settled yet */
  bool acts;
  unsigned writes : 4;
  unsigned term : BITS; /* that it claims or yields; releases: 1 if it takes its name back */

  bool leaves;   /* JUJU_DEPARTING_UNIT is itself, in this and all later hooks */
  bool cut;      /* takes no step, or is gone */
  bool had_hook; /* begun and ended since the last tick; when calm */
};
UnitState unit[N];
#define my unit[me]

unsigned leader : 3 = NOBODY; /* in the application's data */
unsigned lease : 3 = FIRST_LEASE;
unsigned claimers : 2; /* units 0 to claimers - 1 have had a claim committed */
bool calm;             /* no faults any more: the lease stays, hooks do not fail */
#ifdef SIMULATION
bool trouble; /* there are times with and without */
#endif

hidden byte i, highest;

#define may_lead(u) (lease == AT_WILL || lease == u)
#define active(u) (unit[u].stamp > 0)
#define only_if(condition) if :: condition ->
#define fi_only :: else fi

inline forget_hook(u) {
  unit[u].step = idle; unit[u].age = 0; unit[u].waited = false; unit[u].terms0 = 0; unit[u].terms1 = 0;
  unit[u].terms2 = 0; unit[u].removes = 0; unit[u].remembers = false; unit[u].acts = false;
  unit[u].writes = nothing; unit[u].term = 0
}

inline forget_local(u) {
  unit[u].read_back = false; unit[u].since = 0; unit[u].settled = false
}

/* The claim of u goes, or is replaced. */
inline claim_gone(u) {
#ifndef M_NO_ID
  forget_local(u);
#endif
  unit[0].removes = unit[0].removes & ~(1 << u);
  unit[1].removes = unit[1].removes & ~(1 << u);
  unit[2].removes = unit[2].removes & ~(1 << u)
}

#ifdef M_NO_ID
#define is_read_back (my.read_back && my.remembered == my.claim)
#else
#define is_read_back my.read_back
#endif

#ifdef M_LATER_CLAIM_IGNORED
#define is_named true
#else
#define is_named (leader == me)
#endif

/* --- the steps of a hook */

inline begin() {
  d_step {
    my.step = begun;
    my.waited = (my.read_back && !my.settled && my.since >= TTL);
    printf("begin %d\n", me)
  }
}

#define claim_seen(u) (u != me && unit[u].claim != 0)

/* is-leader says True, and the data were read. */
inline lead() {
  if
  :: my.claim != 0 && is_named && is_read_back && my.settled -> my.acts = true
  :: my.claim != 0 && is_named && !(is_read_back && my.settled) ->
#ifdef M_NO_ID
    only_if(!is_read_back) forget_local(me); my.waited = false fi_only;
#endif
    my.remembers = true;
    if
    :: claim_seen(0) || claim_seen(1) || claim_seen(2) ->
      my.step = seen;
      only_if(claim_seen(0)) my.terms0 = unit[0].claim; my.removes = my.removes | 1 fi_only;
      only_if(claim_seen(1)) my.terms1 = unit[1].claim; my.removes = my.removes | 2 fi_only;
      only_if(claim_seen(2)) my.terms2 = unit[2].claim; my.removes = my.removes | 4 fi_only
    :: else -> my.acts = true
    fi
  :: else ->
    highest = 0;
#ifndef M_TERMS_START_AGAIN
    highest = my.yielded;
#endif
    only_if(unit[0].claim > highest) highest = unit[0].claim fi_only;
    only_if(unit[1].claim > highest) highest = unit[1].claim fi_only;
    only_if(unit[2].claim > highest) highest = unit[2].claim fi_only;
    only_if(highest < TERMS || calm) my.writes = claims; my.term = highest + 1 fi_only;
    highest = 0
#ifdef M_ONE_KEY
    ; my.terms0 = unit[0].claim; my.terms1 = unit[1].claim; my.terms2 = unit[2].claim
#endif
#ifdef M_COUNTS_UNCOMMITTED
    ; my.acts = (my.writes == claims && unit[0].claim <= unit[0].yielded && unit[1].claim <= unit[1].yielded &&
                 unit[2].claim <= unit[2].yielded)
#endif
  fi
}

inline follow() {
  only_if(my.claim != 0 && leader != me && my.yielded < my.claim)
    my.writes = yields; my.term = my.claim
#ifdef M_YIELDS_BEFORE_STAMP
    ; my.yielded = my.claim
#endif
  fi_only
}

inline release() {
  only_if(leader == me || my.claim != 0) my.writes = releases; my.term = (leader == me) fi_only
}

#ifdef M_WAIT_RESTARTS
#define restarts true
#else
#define restarts false
#endif
#ifdef M_WAIT_FROM_CLAIM
#define claim_ages(u) (unit[u].writes == claims)
#else
#define claim_ages(u) false
#endif
/* Whether it matters how old its hook is. */
#define ages(u) (unit[u].step == begun || unit[u].step == seen || (unit[u].step == decided && unit[u].acts) || \
                 (unit[u].remembers && (restarts || !unit[u].read_back)) || claim_ages(u))

inline had_a_hook() {
  only_if(calm && my.age == 0) my.had_hook = true fi_only
}

inline end_if_done() {
  only_if(!my.remembers && my.writes == nothing) had_a_hook(); forget_hook(me) fi_only
}

/* Who decides not to act and has no stamp has nothing to do in the next step; who has nothing to write and to remember
 * either has ended. */
inline decide() {
  my.step = decided;
  my.waited = false;
  printf("decide %d %d %d %e %d %d\n", me, my.acts, my.remembers, my.writes, my.term, my.removes);
  only_if(!my.acts && my.read_back && !restarts) my.remembers = false fi_only;
  only_if(!ages(me)) my.age = 0 fi_only;
#ifndef SIMULATION
  only_if(!my.acts && my.stamp == 0) my.step = acted fi_only;
  only_if(my.step == acted) end_if_done() fi_only
#endif
}

/* data: the application's, and this unit's own, were read. */
inline look(answer, data) {
  d_step {
    printf("look %d %d %d %d %d %d %d %d %d\n", me, answer, data, my.leaves, leader, unit[0].claim, unit[1].claim,
           unit[2].claim, my.yielded);
    if
    :: !(data)
    :: data && answer == 1 && my.leaves -> release()
    :: data && answer == 1 && !my.leaves -> lead()
    :: data && answer != 1 -> follow()
    fi;
    only_if(my.step != seen) decide() fi_only
  }
}

#if defined(M_SILENT_IS_INACTIVE)
#define is_inactive(v, terms, silent) (terms == 0 || (silent >> v & 1) != 0 || unit[v].yielded >= terms)
#elif defined(M_NOT_AWAITED)
#define is_inactive(v, terms, silent) true
#else
#define is_inactive(v, terms, silent) (terms == 0 || ((silent >> v & 1) == 0 && unit[v].yielded >= terms))
#endif
#define all_inactive(silent) \
  (is_inactive(0, my.terms0, silent) && is_inactive(1, my.terms1, silent) && is_inactive(2, my.terms2, silent))
#ifdef M_NEVER_EXPIRES
#define wait_is_over false
#else
#define wait_is_over my.waited
#endif

/* Bit v of silent: the data of unit v cannot be read. */
inline hear(silent) {
  d_step {
    printf("hear %d %d %d %d %d\n", me, silent, unit[0].yielded, unit[1].yielded, unit[2].yielded);
    if
    :: all_inactive(silent) -> my.acts = true
    :: !all_inactive(silent) && wait_is_over -> my.acts = true; my.writes = forgets
    :: else
    fi;
    only_if(my.writes != forgets) my.removes = 0 fi_only;
    my.terms0 = 0; my.terms1 = 0; my.terms2 = 0;
    decide()
  }
}

inline act() {
  d_step {
    my.step = acted;
    if
#ifdef M_STAMP_AT_WRITING
    :: my.acts -> my.stamp = TTL
#else
    :: my.acts && my.age < TTL -> my.stamp = TTL - my.age
#endif
    :: else -> my.stamp = 0
    fi;
    printf("act %d %d %d %d\n", me, active(0), active(1), active(2));
    assert(active(0) + active(1) + active(2) <= 1);
#ifndef SIMULATION
    end_if_done()
#endif
  }
}

/* Before Juju commits. */
inline remember() {
  only_if(my.remembers && my.claim != 0)
#ifdef M_WAIT_RESTARTS
    my.since = my.age;
#endif
    only_if(!my.read_back) my.since = my.age fi_only;
    my.read_back = true;
#ifdef M_NO_ID
    my.remembered = my.claim;
#endif
    only_if(my.acts) my.settled = true; my.since = 0 fi_only
  fi_only
}

inline remove(v) {
  only_if(my.removes >> v & 1) unit[v].claim = 0; claim_gone(v) fi_only
}

inline commit() {
  if
  :: my.writes == nothing
  :: my.writes == yields -> my.yielded = my.term
  :: my.writes == claims ->
    leader = me;
#ifdef M_ONE_KEY
    unit[0].claim = my.terms0; unit[1].claim = my.terms1; unit[2].claim = my.terms2;
#endif
#ifdef M_CLAIM_FORGETS_OTHERS
    unit[0].claim = 0; unit[1].claim = 0; unit[2].claim = 0;
#endif
    my.claim = my.term;
    claim_gone(me);
#ifdef M_WAIT_FROM_CLAIM
    my.read_back = true; my.since = my.age;
#endif
    only_if(me == claimers) claimers++ fi_only
  :: my.writes == forgets -> remove(0); remove(1); remove(2)
  :: my.writes == releases ->
    only_if(my.term == 1) leader = NOBODY fi_only;
    my.claim = 0;
    claim_gone(me);
#ifdef SIMULATION
    my.leaves = false /* another with its number comes, on a new machine; Juju would number it on */
#else
    my.leaves = false; my.cut = true
#endif
  fi
}

inline end(succeeds) {
  d_step {
    remember();
    only_if(succeeds) commit() fi_only;
    had_a_hook();
    forget_hook(me);
    printf("end %d %d %d %d %d %d %d %d %d %d %d\n", me, succeeds, leader, unit[0].claim, unit[1].claim, unit[2].claim,
           unit[0].yielded, unit[1].yielded, unit[2].yielded, my.read_back, my.settled)
  }
}

inline kill(u) {
  d_step { forget_hook(u); printf("kill %d\n", u) }
}

inline reboot(u) {
  d_step { forget_hook(u); forget_local(u); unit[u].stamp = 0; printf("reboot %d\n", u) }
}

#define writes_application (my.writes == claims || my.writes == forgets || my.writes == releases)
#ifdef SIMULATION
#define in_turn true
#else
#define in_turn (my.writes != claims || me <= claimers || calm)
#endif

/* Fairness by construction: once the faults have stopped, each unit has its hook, then time goes on. */
#ifdef ROUNDS
#define may_begin (!calm || !my.had_hook)
#else
#define may_begin true
#endif

proctype Unit(byte me) {
  do
  :: atomic { !my.cut && my.step == idle && may_begin -> begin() }
  :: atomic { !my.cut && my.step == begun ->
      if
      :: may_lead(me) -> look(1, true)
      :: lease != me -> look(0, true)
      :: faults -> look(2, true)
      :: faults && may_lead(me) -> look(1, false)
#ifdef LEAVING
      :: faults && may_lead(me) && !my.leaves -> my.leaves = true; look(1, true)
#endif
      fi
    }
  :: atomic { !my.cut && my.step == seen ->
      if
      :: hear(0)
      :: faults && my.terms0 != 0 -> hear(1)
      :: faults && my.terms1 != 0 -> hear(2)
      :: faults && my.terms2 != 0 -> hear(4)
      :: faults -> hear(7)
      fi
    }
  :: atomic { !my.cut && my.step == decided -> act() }
  :: atomic { !my.cut && my.step == acted ->
      if
      :: (!writes_application || may_lead(me)) && in_turn -> end(true)
      :: faults || (writes_application && !may_lead(me)) -> end(false)
      :: faults -> kill(me)
      fi
    }
#ifndef SIMULATION
  :: atomic { faults && my.step == idle && (my.stamp > 0 || my.read_back) -> reboot(me) }
#endif
  od
}

#define older(what) only_if(what < TTL) what++ fi_only

active proctype Clock() {
  do
  :: d_step { !calm || ((unit[0].had_hook || unit[0].cut) && (unit[1].had_hook || unit[1].cut) &&
                        (unit[2].had_hook || unit[2].cut)) ->
      i = 0;
      do
      :: i < N ->
        only_if(active(i)) unit[i].stamp-- fi_only;
        only_if(unit[i].read_back && !unit[i].settled) older(unit[i].since) fi_only;
        only_if(unit[i].step != idle && ages(i)) older(unit[i].age) fi_only;
        unit[i].had_hook = false;
        i++
      :: else -> break
      od;
      i = 0;
      printf("tick %d %d %d\n", active(0), active(1), active(2))
    }
  SELDOM
  od
}

#ifdef EXPLICIT_LEASE
inline pass(u) {
  d_step { lease != u && !calm -> lease = u; printf("lease %d\n", u) }
}

active proctype Lease() {
  do
  :: pass(0)
  :: pass(1)
  :: pass(2)
  :: pass(NOBODY)
  SELDOM SELDOM SELDOM SELDOM SELDOM SELDOM SELDOM SELDOM SELDOM SELDOM SELDOM SELDOM
  od
}
#endif

#ifdef PROGRESS
inline perhaps_gone(u) {
  if
  :: lease != u -> unit[u].cut = true
  :: true
  fi
}

active proctype FaultsStop() {
  atomic {
    if
    :: !unit[0].cut && !unit[0].leaves -> lease = 0
    :: !unit[1].cut && !unit[1].leaves -> lease = 1
    :: !unit[2].cut && !unit[2].leaves -> lease = 2
    fi;
    perhaps_gone(0);
    perhaps_gone(1);
    perhaps_gone(2);
    calm = true
  }
}

#define only_the_leader (active(0) == (lease == 0) && active(1) == (lease == 1) && active(2) == (lease == 2))
/* Some time after the faults have stopped the leader is active and nobody else is, for ever. */
ltl progress { <>[] (!calm || only_the_leader) }
#endif

#ifdef SIMULATION
active proctype Chance() {
  do
  :: atomic { trouble = !trouble; printf("trouble %d\n", trouble) }
  :: atomic { unit[0].cut = !unit[0].cut; printf("cut 0 %d\n", unit[0].cut) }
  :: atomic { unit[1].cut = !unit[1].cut; printf("cut 1 %d\n", unit[1].cut) }
  :: atomic { unit[2].cut = !unit[2].cut; printf("cut 2 %d\n", unit[2].cut) }
  :: atomic { faults && unit[0].step != idle -> kill(0) }
  :: atomic { faults && unit[1].step != idle -> kill(1) }
  :: atomic { faults && unit[2].step != idle -> kill(2) }
  :: atomic { faults -> reboot(0) }
  :: atomic { faults -> reboot(1) }
  :: atomic { faults -> reboot(2) }
  SELDOM SELDOM SELDOM SELDOM SELDOM SELDOM
  od
}
#endif

init {
  d_step {
    unit[0].step = idle; unit[1].step = idle; unit[2].step = idle;
    unit[0].writes = nothing; unit[1].writes = nothing; unit[2].writes = nothing
  };
  atomic { run Unit(0); run Unit(1); run Unit(2) }
}
