import type { Command } from "commander"

/** Adds the verbs that only workflows call. Each loads its code when called. */
export function addGitHubCommands(program: Command, repository: string): void {
  const github = program
    .command("github")
    .description("what workflows do on GitHub: comments, deployments, issues, pull requests")

  github
    .command("plan <env...>")
    .description("plan against a base commit without credentials; summary and artifact")
    .requiredOption("--base <ref>", "commit to compare with")
    .requiredOption("--output <directory>", "where the comment's text goes")
    .addHelpText(
      "after",
      "\nExample: npx quickcart github plan staging --base HEAD^1 --output plan-artifact",
    )
    .action(async (environments: string[], options: { base: string; output: string }) => {
      const { planForReview } = await import("./plan-for-review.ts")
      await planForReview(repository, environments, options)
    })

  github
    .command("comment")
    .description("put the plan of a pull request's run into its one comment")
    .requiredOption("--head <sha>", "head commit of the pull request, from GitHub's event")
    .requiredOption("--plan <directory>", "downloaded artifact; untrusted")
    .requiredOption("--run <url>", "page of the run that made it")
    .addHelpText("after", '\nExample: npx quickcart github comment --head "$HEAD" --plan plan')
    .action(async (options: { head: string; plan: string; run: string }) => {
      const { commentVerb } = await import("./verbs.ts")
      await commentVerb(options)
    })

  github
    .command("head <branch>")
    .description("set the output current: whether the checked-out commit is the branch's head")
    .addHelpText("after", "\nExample: npx quickcart github head main")
    .action(async (branch: string) => {
      const { headVerb } = await import("./verbs.ts")
      await headVerb(repository, branch)
    })

  addDeployment(github, repository)

  github
    .command("drift <env>")
    .description("run the drift check; open, update or close the environment's issue")
    .addHelpText("after", "\nExample: npx quickcart github drift production")
    .action(async (environment: string) => {
      const { driftVerb } = await import("./verbs.ts")
      await driftVerb(repository, environment)
    })

  addPullRequests(github, repository)
}

function addDeployment(github: Command, repository: string): void {
  const deployment = github
    .command("deployment")
    .description("record a deployment and how it ended")

  deployment
    .command("start <env>")
    .description("create the deployment, in progress; set the output id")
    .addHelpText("after", "\nExample: npx quickcart github deployment start staging")
    .action(async (environment: string) => {
      const { startVerb } = await import("./verbs.ts")
      await startVerb(repository, environment)
    })

  deployment
    .command("finish <env>")
    .description("set the deployment's last status from the job's")
    .requiredOption("--id <id>", "what start gave")
    .requiredOption("--status <status>", "success, failure or cancelled")
    .addHelpText(
      "after",
      "\nExample: npx quickcart github deployment finish staging --id 1 --status success",
    )
    .action(async (environment: string, options: { id: string; status: string }) => {
      const { finishVerb } = await import("./verbs.ts")
      await finishVerb(repository, environment, options)
    })
}

function addPullRequests(github: Command, repository: string): void {
  github
    .command("revert <env>")
    .description("open the pull request that undoes a deployment or a commit")
    .option("--chosen <id>", "a deployment's id or a commit; the latest deployment if empty", "")
    .option("--base <branch>", "branch that is deployed", "main")
    .addHelpText("after", "\nExample: npx quickcart github revert production --chosen 1234")
    .action(async (environment: string, options: { chosen: string; base: string }) => {
      const { revertVerb } = await import("./verbs.ts")
      await revertVerb(repository, environment, options)
    })

  github
    .command("propose")
    .description("open a pull request from the files that changed in the working tree")
    .requiredOption("--branch <branch>", "branch to commit to")
    .requiredOption("--title <title>", "title of the commit and the pull request")
    .option("--base <branch>", "branch it goes to", "main")
    .addHelpText(
      "after",
      '\nExample: npx quickcart github propose --branch images/digests --title "Images"',
    )
    .action(async (options: { branch: string; title: string; base: string }) => {
      const { proposeVerb } = await import("./verbs.ts")
      await proposeVerb(repository, options)
    })
}
