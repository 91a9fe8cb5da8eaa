package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.registry.Lineage.WorkTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitTreeTest {
  private static final String A = "a".repeat(40);
  private static final String B = "b".repeat(40);
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path root;
  private Path git;

  @BeforeEach
  void create() throws IOException {
    git = root.resolve("tree/.git");
    write(".git/HEAD", "ref: refs/heads/main\n");
  }

  private Path write(String name, String text) throws IOException {
    Path file = root.resolve("tree").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Optional<String> commit() throws IOException {
    Path deep = Files.createDirectories(root.resolve("tree/src/main"));
    return GitTree.commitOf(deep);
  }

  @Test
  void commit_ofALooseRef_isRead() throws IOException {
    write(".git/refs/heads/main", A + "\n");
    write(".git/packed-refs", B + " refs/heads/main\n");
    assertThat(commit()).as("a loose ref is newer than a packed one").contains(A);
  }

  @Test
  void commit_ofAPackedRef_isReadByItsWholeName() throws IOException {
    write(
        ".git/packed-refs",
        "# pack-refs with: peeled fully-peeled sorted\n"
            + B
            + " refs/heads/not-refs/heads/main\n"
            + A
            + " refs/heads/main\n^"
            + B
            + "\n");
    assertThat(commit()).contains(A);
  }

  @Test
  void commit_ofADetachedHead_isTheHead() throws IOException {
    write(".git/HEAD", A + "\n");
    assertThat(commit()).contains(A);
    write(".git/HEAD", "c".repeat(64) + "\n");
    assertThat(commit()).as("a repository of SHA-256").contains("c".repeat(64));
  }

  @Test
  void commit_ofALinkedWorkTree_isItsOwnHeadInTheCommonRefs() throws IOException {
    write("main.git/refs/heads/side", A);
    write("main.git/refs/heads/main", B);
    write("main.git/worktrees/w/HEAD", "ref: refs/heads/side\n");
    write("main.git/worktrees/w/commondir", "../..\n");
    Files.delete(git.resolve("HEAD"));
    Files.delete(git);
    write(".git", "gitdir: main.git/worktrees/w\n");
    assertThat(commit()).contains(A);
  }

  @Test
  void commit_ofASubmodule_isFoundThroughItsLink() throws IOException {
    write(".git/modules/sub/HEAD", A);
    write("sub/.git", "gitdir: ../.git/modules/sub\n");
    assertThat(GitTree.commitOf(root.resolve("tree/sub"))).contains(A);
  }

  @Test
  void commit_ofASymbolicRef_isFollowedButNotForEver() throws IOException {
    write(".git/refs/heads/main", "ref: refs/heads/other\n");
    write(".git/refs/heads/other", A);
    assertThat(commit()).contains(A);
    write(".git/refs/heads/other", "ref: refs/heads/main\n");
    assertThat(commit()).isEmpty();
  }

  @Test
  void commit_hostileOrBrokenFiles_isUnknown() throws IOException {
    write("secret", A);
    for (String head :
        List.of(
            "",
            "ref: ",
            "ref: refs/../../secret",
            "ref: ../secret",
            "ref: /etc/passwd",
            "ref: refs/heads/.invalid",
            "ref: refs/heads/none",
            "A".repeat(40),
            "a".repeat(39),
            "\0\0\0",
            "x".repeat(1 << 20))) {
      write(".git/HEAD", head);
      assertThat(commit()).as(head.length() > 99 ? "long" : head).isEmpty();
    }
    Files.delete(git.resolve("HEAD"));
    assertThat(GitTree.code(root.resolve("tree"), Duration.ZERO).commit()).isEqualTo("UNKNOWN");
  }

  @Test
  void code_outsideOfAnyRepository_isUnknown() throws IOException {
    Files.delete(git.resolve("HEAD"));
    Files.delete(git);
    assertThat(GitTree.code(root, LONG)).isEqualTo(new Lineage.Code("UNKNOWN", WorkTree.UNKNOWN));
  }

  @Test
  void code_withoutPatience_knowsTheCommitAndNotWhetherFilesChanged() throws IOException {
    write(".git/refs/heads/main", A);
    Lineage.Code code = GitTree.code(root.resolve("tree"), Duration.ZERO);
    assertThat(code).isEqualTo(new Lineage.Code(A, WorkTree.UNKNOWN));
  }

  @Test
  void code_ofARealRepository_saysCleanDirtyAndWhatTheChangesAre() throws Exception {
    Files.delete(git.resolve("HEAD"));
    Files.delete(git);
    Path tree = root.resolve("tree");
    assumeTrue(run(tree, "init", "-q"), "git is not there");
    assertThat(GitTree.code(tree, LONG).commit()).as("no commit yet").isEqualTo("UNKNOWN");
    write("train.txt", "depth 6\n");
    commitAll(tree);
    Lineage.Code clean = GitTree.code(tree, LONG);
    assertThat(clean.workTree()).isEqualTo(WorkTree.CLEAN);
    assertThat(clean.diff()).isEmpty();
    assertThat(clean.commit()).matches("[0-9a-f]{40}");

    write("train.txt", "depth 7\n");
    Lineage.Code changed = GitTree.code(tree, LONG);
    assertThat(changed.commit()).isEqualTo(clean.commit());
    assertThat(changed.workTree()).isEqualTo(WorkTree.DIRTY);
    assertThat(changed.diff()).isPresent();
    assertThat(GitTree.code(tree, LONG)).as("the same changes").isEqualTo(changed);

    write("train.txt", "depth 8\n");
    assertThat(GitTree.code(tree, LONG).diff()).isPresent().isNotEqualTo(changed.diff());
    write("train.txt", "depth 6\n");
    assertThat(GitTree.code(tree, LONG).workTree()).isEqualTo(WorkTree.CLEAN);

    write("new file.txt", "one");
    Lineage.Code added = GitTree.code(tree, LONG);
    assertThat(added.workTree()).as("a new file is a change").isEqualTo(WorkTree.DIRTY);
    write("new file.txt", "two");
    assertThat(GitTree.code(tree, LONG).diff()).isPresent().isNotEqualTo(added.diff());
    write(".gitignore", "new*\n");
    commitAll(tree);
    assertThat(GitTree.code(tree, LONG).workTree()).isEqualTo(WorkTree.CLEAN);
    assertThat(GitTree.commitOf(tree)).contains(GitTree.code(tree, LONG).commit());
    assertThat(run(tree, "pack-refs", "--all")).isTrue();
    assertThat(GitTree.commitOf(tree)).contains(GitTree.code(tree, LONG).commit());
    assertThat(run(tree, "worktree", "add", "-q", "../linked")).isTrue();
    assertThat(GitTree.code(root.resolve("linked"), LONG)).isEqualTo(GitTree.code(tree, LONG));
  }

  private static void commitAll(Path tree) throws Exception {
    assertThat(run(tree, "add", "-A")).isTrue();
    assertThat(run(tree, "commit", "-q", "-m", "x")).isTrue();
  }

  private static boolean run(Path directory, String... arguments) throws InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("git", "-c", "user.name=test", "-c", "user.email=test@example.org"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
    try {
      Process process =
          builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
