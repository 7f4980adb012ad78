// The words for passwords, keys and tokens in other languages than English. Data: one line per language.

import { createScanner } from './redact-anchors.ts';

/** Language, words for passwords, words for keys and tokens. Lower case, separated by `|`. */
const ROWS: readonly (readonly [language: string, passwords: string, keys: string])[] = [
  ['de', 'passwort|passwörter|kennwort|geheimwort|losungswort|zugangscode|zugangsdaten', 'geheimnis|schlüssel|geheimschlüssel'],
  [
    'fr',
    "mot de passe|mots de passe|mdp|phrase secrète|code secret|code d’accès|code d'accès",
    "clé api|clé d'api|clé d’api|clé secrète|clé d'accès|clé privée|clé|clef|jeton",
  ],
  [
    'es',
    'contraseña|contrasena|clave|palabra clave|clave de acceso|frase secreta',
    'clave api|clave de api|clave secreta|clave privada|secreto|llave|token de acceso|ficha',
  ],
  [
    'pt',
    'senha|palavra-passe|palavra passe|palavra-chave|frase secreta',
    'chave de api|chave api|chave secreta|chave de acesso|chave privada|chave|segredo|token de acesso',
  ],
  [
    'it',
    "parola d'ordine|parola d’ordine|parola chiave|frase segreta",
    'chiave api|chiave di accesso|chiave segreta|chiave privata|chiave|segreto|token di accesso',
  ],
  ['nl', 'wachtwoord|toegangscode|wachtwoordzin', 'sleutel|api-sleutel|geheime sleutel|geheim|toegangssleutel'],
  ['pl', 'hasło|haslo|hasła|hasłem|hasle', 'klucz|klucz api|tajny klucz|sekret'],
  ['ru', 'пароль|пароля|паролем|пароли|код доступа|парольная фраза', 'ключ|ключ доступа|секретный ключ|токен|секрет|апи-ключ|api-ключ'],
  ['uk', 'гасло|кодове слово', 'ключ доступу|секретний ключ'],
  ['bg sr mk', 'парола|лозинка|шифра', 'кључ|таен ключ'],
  ['cs sk', 'heslo|hesla|heslom|heslem', 'klíč|kľúč|tajný klíč|tajemství'],
  ['sl hr', 'geslo|lozinka|zaporka', 'ključ|tajni ključ'],
  ['tr', 'şifre|sifre|şifresi|parola|parolası', 'anahtar|gizli anahtar|api anahtarı|anahtarı'],
  ['sv', 'lösenord|lösenordet|lösenfras', 'nyckel|api-nyckel|hemlighet|hemlig nyckel'],
  ['da no', 'adgangskode|adgangskoden|kodeord|kodeordet|passord|passordet', 'nøgle|nøkkel|api-nøgle|api-nøkkel|hemmelighed|hemmelighet'],
  ['fi', 'salasana|salasanan|tunnussana|tunnusluku', 'avain|api-avain|salainen avain'],
  ['hu', 'jelszó|jelszava|jelmondat', 'kulcs|api kulcs|api-kulcs|titkos kulcs'],
  ['ro', 'parolă|parola|fraza secretă', 'cheie|cheie api|cheia|cheie secretă'],
  ['el', 'κωδικός|κωδικός πρόσβασης|κωδικος|συνθηματικό', 'κλειδί|κλειδί api|μυστικό'],
  ['lt lv et', 'slaptažodis|parole|parool|salasõna', 'raktas|atslēga|võti'],
  ['ca gl eu', 'contrasenya|contrasinal|pasahitza', 'clau|clau api'],
  ['is sq cy ga', 'lykilorð|fjalëkalimi|cyfrinair|pasfhocal', 'lykill'],
  ['zh', '密码|密碼|口令|登录密码|登錄密碼', '密钥|密鑰|私钥|私鑰|令牌|访问密钥|金鑰|秘钥'],
  ['ja', 'パスワード|暗証番号|パスフレーズ|合言葉', '秘密鍵|トークン|アクセスキー|apiキー|シークレット|キー'],
  ['ko', '비밀번호|암호|패스워드', '토큰|비밀 키|비밀키|액세스 키|api 키|키'],
  ['ar fa', 'كلمة المرور|كلمة السر|رمز الدخول|گذرواژه|رمز عبور', 'مفتاح|رمز الوصول|کلید'],
  ['he', 'סיסמה|סיסמא|הסיסמה', 'מפתח|אסימון'],
  ['hi th', 'पासवर्ड|कूटशब्द|รหัสผ่าน', 'कुंजी|โทเคน|คีย์'],
  ['vi', 'mật khẩu|mat khau', 'khóa api|khóa bí mật|mã thông báo'],
  ['id ms', 'kata sandi|sandi|kata laluan', 'kunci api|kunci rahasia|kunci'],
  ['eo la', 'pasvorto|tessera', 'ŝlosilo'],
];

/** Every word, lower case, with what it announces. */
export const FOREIGN_NAMES: readonly { word: string; kind: 'strong' | 'weak' }[] = ROWS.flatMap(([, passwords, keys]) => [
  ...passwords.split('|').map((word) => ({ word, kind: 'strong' }) as const),
  ...keys.split('|').map((word) => ({ word, kind: 'weak' }) as const),
]);

/** Labels of forms in other languages: a value that contains one is a translation, no secret. */
const LABEL_WORDS: readonly string[] = [
  ...FOREIGN_NAMES.map(({ word }) => word).filter((word) => word.length > 1),
  ...'password passwort passcode passphrase secret token api key credential username mot de passe'.split(' '),
];

const scanLabels = createScanner(LABEL_WORDS.map((literal) => ({ literal, anyCase: true, meaning: undefined })));

/** Whether a text talks about passwords or keys, in any language. */
export function speaksOfSecrets(text: string): boolean {
  let speaks = false;
  scanLabels(text, () => {
    speaks = true;
  });
  return speaks;
}
