// A plan of which only the tasks are known, since its record cannot be read: what they say of it, so that they have a box. Pure.

import type { Plan, Subtask } from './plan-record.ts';
import { isTaskOver, type Task, taskAt } from './task-record.ts';

export function unseenPlan(id: string, tasks: readonly Task[]): Plan {
  const isOver = tasks.every(isTaskOver);
  const created = tasks.flatMap(({ createdAt }) => createdAt ?? []);
  return {
    id,
    status: isOver ? 'completed' : 'executing',
    statusName: isOver ? 'completed' : 'executing',
    needsApproval: false,
    subtasks: tasks.map(subtaskOf),
    createdAt: created.length === 0 ? undefined : Math.min(...created),
    completedAt: isOver ? Math.max(...tasks.map(taskAt)) : undefined,
  };
}

function subtaskOf(task: Task): Subtask {
  const status = task.status === 'completed' ? 'completed' : isTaskOver(task) ? 'failed' : 'running';
  const title = task.title ?? task.id;
  return {
    id: task.subtaskId ?? task.id,
    title,
    status,
    statusName: status,
    isHuman: false,
    isCritical: false,
    wave: 0,
    isDispatched: true,
  };
}
