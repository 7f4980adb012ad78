export const calculateMAC = undefined;
export const decrypt = undefined;
export const deriveSecrets = undefined;
export const encrypt = undefined;
