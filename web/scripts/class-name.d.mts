export function className(local: string, file: string): string
