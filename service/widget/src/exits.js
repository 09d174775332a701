// Places on a path where one may leave it with something in hand.

/** For each step the stacks that are earned with it: all parts are held, or it is the stack itself. */
export function exits(steps) {
  const stacks = new Set(steps.flatMap((step) => step.stack_progress.map((each) => each.stack)));
  let earned = new Set();
  return steps.map((step) => {
    const complete = step.earned_if_stopped_here.stacks.filter((stack) => !earned.has(stack));
    const itself = stacks.has(step.credential) && !earned.has(step.credential) ? [step.credential] : [];
    const here = [...new Set([...complete, ...itself])];
    earned = new Set([...earned, ...here]);
    return here;
  });
}
