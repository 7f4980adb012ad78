// The login form: works without any script. Its only changing words are our own.

export type LoginProblem = 'none' | 'wrong' | 'too_often';

const PROBLEMS: Record<LoginProblem, string> = {
  none: '',
  wrong: '<p class="problem" role="alert">That is not the token.</p>',
  too_often: '<p class="problem" role="alert">Too many wrong tokens. Try again in a minute.</p>',
};

export function loginPage(problem: LoginProblem): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>live-status: log in</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/client/style.css">
</head>
<body class="login">
<main>
<h1>live-status</h1>
${PROBLEMS[problem]}
<form method="post" action="/login">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Log in</button>
</form>
<p class="hint">The value of HEALTH_TOKEN.</p>
</main>
</body>
</html>
`;
}
