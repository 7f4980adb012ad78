export const calculateSignature = undefined;
export const generateKeyPair = undefined;
export const verifySignature = undefined;
