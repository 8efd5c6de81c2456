import { spawnSync } from 'node:child_process';
import { SetupError } from './command.mjs';

const MINIMUM_NODE = 20;
const MINIMUM_JAVA = 17;
const MINIMUM_PYTHON = [3, 10];
const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** What a command prints, or undefined when it is missing or fails. */
function output(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
  return result.status === 0 ? `${result.stdout}${result.stderr}` : undefined;
}

function nodeProblem() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= MINIMUM_NODE) return undefined;
  return `Node.js ${MINIMUM_NODE} or newer (this is ${process.version}): https://nodejs.org, or your system's package manager`;
}

function javaProblem() {
  const version = /version "(?:1\.)?(\d+)/.exec(output('java', ['-version']) ?? '')?.[1];
  if (Number(version) >= MINIMUM_JAVA) return undefined;
  const seen = version === undefined ? 'no java found' : `found Java ${version}`;
  return `Java ${MINIMUM_JAVA} or newer (${seen}): apt install openjdk-17-jre-headless · dnf install java-17-openjdk-headless · brew install openjdk@17`;
}

function mavenProblem() {
  if (output('mvn', ['-v']) !== undefined) return undefined;
  return 'Maven (no working mvn found): apt install maven · dnf install maven · brew install maven';
}

/** The first Python that is new enough and can make virtual environments. */
export function findPython() {
  const [major, minor] = MINIMUM_PYTHON;
  const check = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${major}, ${minor}))`;
  return PYTHONS.find((name) => output(name, ['-c', check]) !== undefined);
}

function pythonProblem() {
  if (findPython() !== undefined) return undefined;
  const wanted = MINIMUM_PYTHON.join('.');
  return `Python ${wanted} or newer with venv (none found): apt install python3 python3-venv · dnf install python3 · brew install python`;
}

/** @throws SetupError that names everything missing at once */
export function checkPrerequisites() {
  const problems = [nodeProblem(), javaProblem(), mavenProblem(), pythonProblem()].filter(
    (text) => text !== undefined,
  );
  if (problems.length === 0) return;
  throw new SetupError(
    `This machine lacks:\n${problems.map((text) => `  - ${text}`).join('\n')}\nInstall these and repeat the command.`,
  );
}
