// Nothing: there is no WhatsApp here.
export const nothing = undefined;
