// Texts of user interfaces as translation files hold them: they speak of passwords and hold none. `{}` is one of them.

const PASSWORD =
  'Passwort|Kennwort|Mot de passe|Contraseña|Clave|Senha|Palavra-passe|Wachtwoord|Hasło|Пароль|Гасло|Heslo|Şifre|Parola|Lösenord|Adgangskode|Passord|Salasana|Jelszó|Parolă|Κωδικός|Slaptažodis|Parole|Parool|Contrasenya|密码|密碼|パスワード|비밀번호|كلمة المرور|סיסמה|पासवर्ड|รหัสผ่าน|Mật khẩu|Kata sandi|Lykilorð';
const SENTENCES =
  'Passwort vergessen?|Passwort bestätigen|Bitte Passwort eingeben|Mot de passe oublié ?|Confirmer le mot de passe|¿Olvidaste tu contraseña?|Confirmar contraseña|Esqueceu a senha?|Password dimenticata?|Wachtwoord vergeten?|Nie pamiętasz hasła?|Забыли пароль?|Zapomenuté heslo?|Şifrenizi mi unuttunuz?|Glömt lösenordet?|Unohditko salasanasi?|忘记密码？|パスワードをお忘れですか？|비밀번호를 잊으셨나요?|Forgot your password?|Enter your password|Password must have 8 characters|Passwords do not match|Your password has been changed';
const KEYS =
  'API-Schlüssel|Clé API|Clave de API|Chave de API|Chiave API|API-sleutel|Klucz API|Ключ API|Zugriffstoken|Jeton d’accès|Token de acceso|访问令牌|アクセストークン|액세스 토큰|Secret|Geheimnis|Segreto|Secreto';

const LINES: readonly (readonly [text: string, values: string])[] = [
  ['  "password": "{}",', PASSWORD],
  ["  password: '{}',", PASSWORD],
  ['  "login.password": "{}",', PASSWORD],
  ['    password: {}', PASSWORD],
  ['password={}', PASSWORD],
  ['  "password_label": "{}",', PASSWORD],
  ['<string name="password">{}</string>', PASSWORD],
  ['msgid "Password"\nmsgstr "{}"', PASSWORD],
  ['  "password": "{}",', SENTENCES],
  ['  "forgotPassword": "{}",', SENTENCES],
  ["  'confirm_password' => '{}',", SENTENCES],
  ['  "passwordHint": "{}",', SENTENCES],
  ['  "apiKey": "{}",', KEYS],
  ['  "access_token": "{}",', KEYS],
  ["  secret: '{}',", KEYS],
];

export const TRANSLATIONS: readonly string[] = LINES.flatMap(([text, values]) =>
  values.split('|').map((value) => text.replace('{}', value)),
);
