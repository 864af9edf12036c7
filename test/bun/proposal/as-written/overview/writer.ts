// Another worker, which awards points to a user.
import { users } from './shared.ts';

declare const self: Worker;

self.onmessage = ({ data: points }: MessageEvent<number>) => {
  users.update('ada', (user) => {
    user!.score += points;
  });
};
