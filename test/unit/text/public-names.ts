// The rules of gitleaks and secretlint by their ids, and which of them are left out on purpose.

/** Every rule of gitleaks 8 (2026). */
export const GITLEAKS_RULES: readonly string[] = `
1password-secret-key 1password-service-account-token adafruit-api-key adobe-client-id adobe-client-secret age-secret-key airtable-api-key
airtable-personnal-access-token algolia-api-key alibaba-access-key-id alibaba-secret-key anthropic-admin-api-key anthropic-api-key
artifactory-api-key artifactory-reference-token asana-client-id asana-client-secret atlassian-api-token authress-service-client-access-key
aws-access-token aws-amazon-bedrock-api-key-long-lived aws-amazon-bedrock-api-key-short-lived azure-ad-client-secret beamer-api-token
bitbucket-client-id bitbucket-client-secret bittrex-access-key bittrex-secret-key cisco-meraki-api-key clickhouse-cloud-api-secret-key
clojars-api-token cloudflare-api-key cloudflare-global-api-key cloudflare-origin-ca-key codecov-access-token cohere-api-token
coinbase-access-token confluent-access-token confluent-secret-key contentful-delivery-api-token curl-auth-header curl-auth-user
database-password databricks-api-token datadog-access-token defined-networking-api-token digitalocean-access-token digitalocean-pat
digitalocean-refresh-token discord-api-token discord-client-id discord-client-secret doppler-api-token droneci-access-token
dropbox-api-token dropbox-long-lived-api-token dropbox-short-lived-api-token duffel-api-token dynatrace-api-token easypost-api-token
easypost-test-api-token etsy-access-token facebook-access-token facebook-page-access-token facebook-secret fastly-api-token
finicity-api-token finicity-client-secret finnhub-access-token flickr-access-token flutterwave-encryption-key flutterwave-public-key
flutterwave-secret-key flyio-access-token frameio-api-token freemius-secret-key freshbooks-access-token gcp-api-key generic-api-key
github-app-token github-fine-grained-pat github-oauth github-pat github-refresh-token gitlab-cicd-job-token gitlab-deploy-token
gitlab-feature-flag-client-token gitlab-feed-token gitlab-incoming-mail-token gitlab-kubernetes-agent-token gitlab-oauth-app-secret
gitlab-pat gitlab-pat-routable gitlab-ptt gitlab-rrt gitlab-runner-authentication-token gitlab-runner-authentication-token-routable
gitlab-scim-token gitlab-session-cookie gitter-access-token gocardless-api-token grafana-api-key grafana-cloud-api-token
grafana-service-account-token harness-api-key hashicorp-tf-api-token hashicorp-tf-password heroku-api-key heroku-api-key-v2
hubspot-api-key huggingface-access-token huggingface-organization-api-token infracost-api-token intercom-api-key intra42-client-secret
jfrog-api-key jfrog-identity-token jwt jwt-base64 kraken-access-token kubernetes-secret-yaml kucoin-access-token kucoin-secret-key
launchdarkly-access-token linear-api-key linear-client-secret linkedin-client-id linkedin-client-secret lob-api-key lob-pub-api-key looker-client-id looker-client-secret
mailchimp-api-key mailgun-private-api-token mailgun-pub-key mailgun-signing-key mapbox-api-token mattermost-access-token
maxmind-license-key messagebird-api-token messagebird-client-id microsoft-teams-webhook netlify-access-token
new-relic-browser-api-token new-relic-insert-key new-relic-user-api-id new-relic-user-api-key notion-api-token npm-access-token
nuget-config-password nytimes-access-token octopus-deploy-api-key okta-access-token openai-api-key openshift-user-token
perplexity-api-key pkcs12-file plaid-api-token plaid-client-id plaid-secret-key planetscale-api-token planetscale-oauth-token
planetscale-password postman-api-token prefect-api-token private-key privateai-api-token pulumi-api-token pypi-upload-token
rapidapi-access-token readme-api-token rubygems-api-token scalingo-api-token sendbird-access-id sendbird-access-token
sendgrid-api-token sendinblue-api-token sentry-access-token sentry-org-token sentry-user-token settlemint-application-access-token
settlemint-personal-access-token settlemint-service-access-token shippo-api-token shopify-access-token shopify-custom-access-token
shopify-private-app-access-token shopify-shared-secret sidekiq-secret sidekiq-sensitive-url slack-app-token slack-bot-token
slack-config-access-token slack-config-refresh-token slack-legacy-bot-token slack-legacy-token slack-legacy-workspace-token
slack-user-token slack-webhook-url snyk-api-token sonar-api-token sourcegraph-access-token square-access-token
squarespace-access-token stripe-access-token sumologic-access-id sumologic-access-token telegram-bot-api-token
travisci-access-token twilio-api-key twitch-api-token twitter-access-secret twitter-access-token twitter-api-key twitter-api-secret
twitter-bearer-token typeform-api-token vault-batch-token vault-service-token yandex-access-token yandex-api-key
yandex-aws-access-token zendesk-secret-key
`
  .trim()
  .split(/\s+/);

const PUBLIC_ID = 'an identifier that is public: it is sent in the address of a sign-in';
const OWN_TEST = 'a place, not a shape: covered by the contexts of the generator and by tests of its own';

/** What is left out, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'adobe-client-id': PUBLIC_ID,
  'asana-client-id': PUBLIC_ID,
  'bitbucket-client-id': PUBLIC_ID,
  'discord-client-id': PUBLIC_ID,
  'linkedin-client-id': PUBLIC_ID,
  'looker-client-id': PUBLIC_ID,
  'messagebird-client-id': PUBLIC_ID,
  'plaid-client-id': PUBLIC_ID,
  'new-relic-user-api-id': 'an identifier of a key, not the key',
  'sendbird-access-id': 'the identifier of an application, public in every client',
  'sumologic-access-id': 'the identifier of a key, not the key',
  'generic-api-key': 'any value beside any name that says key: the rule for names, measured with every kind',
  'curl-auth-header': OWN_TEST,
  'curl-auth-user': OWN_TEST,
  'kubernetes-secret-yaml': OWN_TEST,
  'nuget-config-password': OWN_TEST,
  'private-key': OWN_TEST,
  'sidekiq-sensitive-url': OWN_TEST,
  'pkcs12-file': 'a file name; the content of such a file is binary and never shown',
};

/** Every rule of the recommended set of secretlint 13.1, and the other rules it publishes: the shape that covers it, or why there is none. */
export const SECRETLINT_RULES: Readonly<Record<string, { shape: string } | { reason: string }>> = {
  '1password': { shape: '1Password service token' },
  anthropic: { shape: 'Anthropic key' },
  aws: { shape: 'AWS key id' },
  azure: { shape: 'Azure client secret' },
  basicauth: { reason: OWN_TEST },
  cloudflare: { shape: 'Cloudflare token' },
  'database-connection-string': { reason: OWN_TEST },
  databricks: { shape: 'Databricks token' },
  docker: { shape: 'Docker token' },
  example: { reason: 'an example for writers of rules' },
  figma: { shape: 'Figma token' },
  'filter-comments': { reason: 'switches other rules off' },
  gcp: { shape: 'Google API key' },
  github: { shape: 'GitHub token' },
  gitlab: { shape: 'GitLab token' },
  grafana: { shape: 'Grafana service token' },
  groq: { shape: 'Groq key' },
  'hashicorp-vault': { shape: 'Vault token' },
  huggingface: { shape: 'Hugging Face token' },
  linear: { shape: 'Linear key' },
  'no-dotenv': { reason: 'a file name' },
  'no-homedir': { reason: 'names of users in paths are no secret' },
  'no-k8s-kind-secret': { reason: OWN_TEST },
  notion: { shape: 'Notion token' },
  npm: { shape: 'npm token' },
  openai: { shape: 'OpenAI key' },
  pattern: { reason: 'has no pattern of its own' },
  privatekey: { reason: OWN_TEST },
  'secp256k1-privatekey': { reason: '64 hexadecimal digits are a secret only beside a name: the rule for names' },
  sendgrid: { shape: 'SendGrid key' },
  shopify: { shape: 'Shopify token' },
  slack: { shape: 'Slack bot token' },
  stripe: { shape: 'Stripe key' },
  tailscale: { shape: 'Tailscale key' },
  vercel: { shape: 'Vercel token' },
};
