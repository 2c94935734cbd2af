# Makes tests/data/r/references.json: what R says, with the call and the versions. Run by `make references`.
# Only packages of Debian are used; blaker and mid-P are written here from their definitions, apart from our code.
suppressPackageStartupMessages({
  library(jsonlite); library(exactRankTests); library(coin); library(survival); library(nlme)
  library(emmeans); library(cmprsk); library(mice); library(lmerTest); library(pbkrtest)
})
out <- list()
say <- function(section, input, call, value) {
  out[[length(out) + 1]] <<- list(section = section, input = input, call = call, value = value)
}

# --- proportions -------------------------------------------------------------------------------------------------
for (xn in list(c(0, 20), c(1, 20), c(8, 20), c(13, 20), c(20, 20), c(3, 7), c(31, 73), c(250, 500))) {
  x <- xn[1]; n <- xn[2]
  for (level in c(0.9, 0.95, 0.99)) {
    a <- 1 - level
    input <- list(x = x, n = n, conf_level = level)
    say("clopper_pearson", input, "binom.test(x, n, conf.level = level)$conf.int",
        as.numeric(binom.test(x, n, conf.level = level)$conf.int))
    say("wilson", input, "prop.test(x, n, conf.level = level, correct = FALSE)$conf.int",
        as.numeric(suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE)$conf.int)))
    if (abs(x - n / 2) >= 0.5)  # nearer, R shrinks the correction and so leaves Newcombe's definition
      say("wilson_cc", input, "prop.test(x, n, conf.level = level, correct = TRUE)$conf.int",
          as.numeric(suppressWarnings(prop.test(x, n, conf.level = level, correct = TRUE)$conf.int)))
    say("jeffreys", input, "qbeta(c(a / 2, 1 - a / 2), x + 0.5, n - x + 0.5), 0 at x = 0, 1 at x = n",
        c(if (x == 0) 0 else qbeta(a / 2, x + 0.5, n - x + 0.5), if (x == n) 1 else qbeta(1 - a / 2, x + 0.5, n - x + 0.5)))
    z <- qnorm(1 - a / 2); nt <- n + z^2; pt <- (x + z^2 / 2) / nt
    say("agresti_coull", input, "pt -+ z * sqrt(pt * (1 - pt) / nt), nt = n + z^2, pt = (x + z^2 / 2) / nt",
        pt + c(-1, 1) * z * sqrt(pt * (1 - pt) / nt))
    up <- function(p) pbinom(x, n, p, lower.tail = FALSE) + dbinom(x, n, p) / 2
    dn <- function(p) pbinom(x - 1, n, p) + dbinom(x, n, p) / 2
    root <- function(f) uniroot(f, c(1e-12, 1 - 1e-12), tol = 1e-13)$root
    say("midp", input, "uniroot of P(X > x) + P(X = x) / 2 = a / 2, and of its mirror image",
        c(if (x == 0) 0 else root(function(p) up(p) - a / 2), if (x == n) 1 else root(function(p) dn(p) - a / 2)))
  }
}
# Blaker's acceptability by its definition, P(gamma(X) <= gamma(x)), scanned: the smallest and largest accepted rate.
accept <- function(x, n, p) {
  lo <- pbinom(0:n, n, p); hi <- pbinom(0:n - 1, n, p, lower.tail = FALSE); g <- pmin(lo, hi)
  sum(dbinom(0:n, n, p)[g <= g[x + 1] * (1 + 1e-12)])
}
for (xn in list(c(1, 5), c(3, 7), c(8, 20), c(0, 9), c(9, 9))) {
  x <- xn[1]; n <- xn[2]; grid <- seq(0.0001, 0.9999, by = 0.0001)
  ok <- grid[sapply(grid, function(p) accept(x, n, p)) > 0.05]
  say("blaker", list(x = x, n = n, conf_level = 0.95), "first and last p of seq(0.0001, 0.9999, by = 0.0001) accepted",
      c(if (x == 0) 0 else min(ok), if (x == n) 1 else max(ok)))
}
for (q in list(c(8, 20, 0.425), c(13, 20, 0.425), c(0, 12, 0.3), c(12, 12, 0.3), c(4, 9, 0.5), c(17, 40, 0.25))) {
  x <- q[1]; n <- q[2]; p <- q[3]
  say("proportion_test", list(x = x, n = n, p0 = p), "binom.test and pbinom, dbinom",
      list(greater = binom.test(x, n, p, "greater")$p.value, less = binom.test(x, n, p, "less")$p.value,
           two_sided_central = min(1, 2 * min(pbinom(x, n, p), pbinom(x - 1, n, p, lower.tail = FALSE))),
           two_sided_minlike = binom.test(x, n, p)$p.value, two_sided_blaker = min(1, accept(x, n, p)),
           greater_midp = pbinom(x, n, p, lower.tail = FALSE) + dbinom(x, n, p) / 2))
}
# --- rates -------------------------------------------------------------------------------------------------------
for (et in list(c(0, 7.7), c(1, 7.7), c(5, 12.25), c(40, 310.5))) {
  x <- et[1]; t <- et[2]; input <- list(events = x, exposure = t, conf_level = 0.95)
  say("exact_garwood", input, "poisson.test(events, exposure)$conf.int", as.numeric(poisson.test(x, t)$conf.int))
  up <- function(m) ppois(x, m, lower.tail = FALSE) + dpois(x, m) / 2 - 0.025
  dn <- function(m) ppois(x - 1, m) + dpois(x, m) / 2 - 0.025
  root <- function(f) uniroot(f, c(1e-9, 5 * x + 20), tol = 1e-12)$root
  say("rate_midp", input, "uniroot of P(X > x) + P(X = x) / 2 = 0.025, and of its mirror image, over exposure",
      c(if (x == 0) 0 else root(up), root(dn)) / t)
}
# --- paired ------------------------------------------------------------------------------------------------------
vectors <- list(
  glucocorticoid = c(-10, -10, -5, -5, -2.5, 0, 0, -15, -20, -7.5, 2.5, -5, -12.5, -10, 0, 5, -2.5, -5, -7.5, -10),
  few = c(3, 1, 4, 1, -5, 9), five = c(1.5, 2.5, 3.5, 4.5, 5.5), zeros = c(0, 0, 0, 0, 0, 4, -2, 6, 8, 3, 0, 5),
  half_zero = c(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -2, 3, 4, 5, -6, 7, 8, 9, 10),
  strength = c(4, 8, 12, 4, 0, -4, 16, 20, 8, 8, 4, 12, 0, 24, 8, -8, 4, 12, 16, 4),
  no_ties = c(0.31, -1.2, 2.45, 3.05, -0.4, 5.6, 7.75, 1.95, 0.85, -2.6, 4.15, 6.5, 3.6, 2.2, 9.1, -0.05, 1.1),
  larger = c(-12, 5, -8, -8, 3, -21, -16, 0, -9, -9, -4, 7, -30, -11, -2, -2, -18, -6, -6, -13, 1, -25, -7, -7, -3,
             -19, -10, -5, 2, -14)
)
for (name in names(vectors)) for (level in c(0.9, 0.95)) {
  x <- vectors[[name]]
  w <- suppressWarnings(wilcox.exact(x, conf.int = TRUE, conf.level = level))
  p <- function(zero) as.numeric(pvalue(wilcoxsign_test(x ~ rep(0, length(x)), distribution = exact(), zero.method = zero)))
  t <- t.test(x, conf.level = level)
  say("signed_rank", list(x = x, conf_level = level, name = name),
      "coin::wilcoxsign_test(x ~ 0, distribution = exact(), zero.method), exactRankTests::wilcox.exact(x, conf.int), t.test(x)",
      list(p_pratt = p("Pratt"), p_wilcoxon = p("Wilcoxon"), hl = unname(w$estimate), ci = as.numeric(w$conf.int),
           t_p = t$p.value, t_ci = as.numeric(t$conf.int)))
  nz <- x[x != 0]; b <- binom.test(sum(nz > 0), length(nz))
  say("sign_test", list(x = x), "binom.test(sum(x > 0), sum(x != 0))", list(p_value = b$p.value))
}
# --- fourfold tables ---------------------------------------------------------------------------------------------
for (table in list(c(10, 3, 9, 12), c(1, 6, 0, 5), c(5, 5, 5, 5), c(59, 6, 16, 80), c(3, 7, 8, 2))) {
  m <- matrix(table, 2, byrow = TRUE)
  f <- fisher.test(m)
  say("fisher", list(table = table), "fisher.test(matrix(table, 2, byrow = TRUE))", list(p = f$p.value))
  b <- table[2]; c <- table[3]
  say("mcnemar", list(table = table), "2 * pbinom(min(b, c), b + c, 0.5), at most 1; less dbinom(min(b, c)) for mid-P",
      list(exact_p = min(1, binom.test(b, b + c)$p.value), midp = 2 * pbinom(min(b, c), b + c, 0.5) - dbinom(b, b + c, 0.5)))
  l <- function(x, n) suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int)
  n1 <- table[1] + table[2]; n2 <- table[3] + table[4]; p1 <- table[1] / n1; p2 <- table[3] / n2
  l1 <- l(table[1], n1); l2 <- l(table[3], n2)
  say("newcombe", list(x1 = table[1], n1 = n1, x2 = table[3], n2 = n2),
      "d - sqrt((p1 - l1)^2 + (u2 - p2)^2), d + sqrt((u1 - p1)^2 + (p2 - l2)^2), limits by prop.test(correct = FALSE)",
      c(p1 - p2 - sqrt((p1 - l1[1])^2 + (l2[2] - p2)^2), p1 - p2 + sqrt((l1[2] - p1)^2 + (p2 - l2[1])^2)))
}
# --- summaries ---------------------------------------------------------------------------------------------------
for (x in list(c(1, 2, 3.5, 10), c(4.2), c(2, 4, 4, 5, 7, 9, 11, 12, 13.5), vectors$no_ties)) {
  q <- function(type) as.numeric(quantile(x, c(0.25, 0.5, 0.75), type = type))
  say("summary", list(x = x), "quantile(x, c(0.25, 0.5, 0.75), type = 2, 6, 7), mean, sd",
      list(mean = mean(x), sd = if (length(x) > 1) sd(x) else NULL, quartiles_type2 = q(2), quartiles_type6 = q(6),
           quartiles_type7 = q(7), min = min(x), max = max(x)))
}
# --- times -------------------------------------------------------------------------------------------------------
time <- c(1, 2, 2, 3, 3, 3, 5, 6, 6, 7, 8, 8, 9, 10, 12, 12, 14, 15, 20, 21)
status <- c(1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 2, 1, 0, 1, 2, 0, 1, 0, 2, 0)
at <- c(0, 1, 3, 6, 8, 12, 15, 21)
fit <- survfit(Surv(time, status > 0) ~ 1, conf.type = "log-log")
s <- summary(fit, times = at)
say("kaplan_meier", list(time = time, status = as.integer(status > 0), at = at),
    "summary(survfit(Surv(time, status) ~ 1, conf.type = 'log-log'), times = at)",
    list(survival = s$surv, lower = s$lower, upper = s$upper, median = unname(quantile(fit, 0.5)$quantile)))
km2 <- survfit(Surv(c(1, 2, 3, 4), c(1, 1, 1, 0)) ~ 1, conf.type = "log-log")
say("kaplan_meier_median", list(time = c(1, 2, 3, 4), status = c(1, 1, 1, 0), at = c(2)),
    "quantile(survfit(Surv(time, status) ~ 1), 0.5)$quantile", unname(quantile(km2, 0.5)$quantile))
ci <- timepoints(cuminc(time, status), times = at[at > 0])
say("aalen_johansen", list(time = time, status = status, at = at[at > 0]),
    "cmprsk::timepoints(cuminc(time, status), times = at): est and var, causes 1 and 2",
    list(cif1 = as.numeric(ci$est[1, ]), cif2 = as.numeric(ci$est[2, ]), var1 = as.numeric(ci$var[1, ]), var2 = as.numeric(ci$var[2, ])))
ms <- survfit(Surv(time, factor(status)) ~ 1, conf.type = "log-log")
sm <- summary(ms, times = at[at > 0])
say("aalen_johansen_limits", list(time = time, status = status, at = at[at > 0]),
    "summary(survfit(Surv(time, factor(status)) ~ 1, conf.type = 'log-log'), times = at): limits of state 0, 1, 2",
    list(lower = sm$lower, upper = sm$upper, se = sm$std.err))
# --- linear models -----------------------------------------------------------------------------------------------
set.seed(20210201)
ancova <- data.frame(arm = rep(c("A", "B", "C"), c(9, 8, 10)), site = rep(c("N", "S"), length.out = 27))
ancova$base <- round(rnorm(27, 30, 6), 1)
ancova$chg <- round(-2 - 3 * (ancova$arm == "B") - 5 * (ancova$arm == "C") - 0.3 * (ancova$base - 30) + rnorm(27, 0, 4), 1)
m <- lm(chg ~ arm + site + base, ancova)
e <- emmeans(m, "arm")
d <- as.data.frame(summary(pairs(e, adjust = "none"), infer = TRUE))
say("ancova", list(data = ancova, response = "chg", factors = c("arm", "site"), covariates = "base", by = "arm"),
    "emmeans(lm(chg ~ arm + site + base), 'arm'), pairs(adjust = 'none')",
    list(lsmeans = as.data.frame(e), differences = d))
pilot <- Sys.getenv("ADAS_CSV")
if (nzchar(pilot) && file.exists(pilot)) {
  adas <- read.csv(pilot, stringsAsFactors = TRUE)
  m <- lm(chg ~ arm + site + base, adas)
  e <- emmeans(m, "arm")
  say("cdisc_pilot_ancova", list(n = nrow(adas)),
      "emmeans(lm(CHG ~ TRTP + SITEGR1 + BASE), 'TRTP'): ADAS-Cog (11) change at week 24, LOCF, efficacy population",
      list(lsmeans = as.data.frame(e), differences = as.data.frame(summary(pairs(e, adjust = "none"), infer = TRUE))))
}
# --- repeated measures -------------------------------------------------------------------------------------------
set.seed(7)
long <- expand.grid(visit = c("4", "8", "12", "24"), id = sprintf("P%02d", 1:24), stringsAsFactors = FALSE)
bc <- round(rnorm(24, 0, 8), 1); eff <- rnorm(24, 0, 4); arm <- rep(c("A", "B"), 12)
i <- as.integer(factor(long$id))
long$arm <- arm[i]; long$bc <- bc[i]
v <- match(long$visit, c("4", "8", "12", "24"))
long$chg <- round(-3 - 2 * v - 1.5 * (long$arm == "B") * v - 0.2 * long$bc + eff[i] + rnorm(96, 0, 2 + v), 1)
long <- long[-c(7, 8, 20, 33, 34, 35, 52, 60, 71, 72, 95), ]
long$visit <- factor(long$visit, levels = c("4", "8", "12", "24"))
long$v <- as.integer(long$visit)
ctl <- glsControl(maxIter = 1000, msMaxIter = 1000, tolerance = 1e-10, msTol = 1e-12, opt = "nlminb")
fits <- list(
  us = list(corSymm(form = ~ v | id), varIdent(form = ~ 1 | visit)), csh = list(corCompSymm(form = ~ 1 | id), varIdent(form = ~ 1 | visit)),
  cs = list(corCompSymm(form = ~ 1 | id), NULL), ar1 = list(corAR1(form = ~ v | id), NULL),
  ar1h = list(corAR1(form = ~ v | id), varIdent(form = ~ 1 | visit)))
grid <- expand.grid(visit = levels(long$visit), arm = c("A", "B"), bc = mean(long$bc))
half <- kronecker(t(c(0.5, 0.5)), diag(4)) %*% model.matrix(~ visit * arm + bc, grid)  # equal weights over the arms
for (cov in names(fits)) {
  made <- list(chg ~ visit * arm + bc, long, correlation = fits[[cov]][[1]], method = "REML", control = ctl)
  if (!is.null(fits[[cov]][[2]])) made$weights <- fits[[cov]][[2]]
  g <- do.call(gls, made)
  say("mmrm", list(covariance = cov), paste0("nlme::gls(chg ~ visit * arm + bc, ", cov, ", REML): means by visit, arms weighted equally"),
      list(loglik_reml = as.numeric(logLik(g)), emmean = as.numeric(half %*% coef(g)), se = sqrt(diag(half %*% vcov(g) %*% t(half)))))
}
say("mmrm_data", list(), "set.seed(7); made data, 24 participants, 4 visits, 11 values missing", long[c("id", "visit", "arm", "bc", "chg")])
lm1 <- lmer(chg ~ visit * arm + bc + (1 | id), long, REML = TRUE, control = lmerControl(optCtrl = list(ftol_abs = 1e-12, xtol_abs = 1e-10)))
X <- diag(length(fixef(lm1)))
sat <- lmerTest::contest(lm1, L = X, joint = FALSE)
say("cs_lmertest", list(), "lmerTest::contest(lmer(chg ~ visit * arm + bc + (1 | id)), L = identity, joint = FALSE)",
    list(names = names(fixef(lm1)), estimate = sat$Estimate, se = sat$`Std. Error`, df = sat$df))
say("cs_pbkrtest", list(), "sqrt(diag(pbkrtest::vcovAdj(lmer(chg ~ visit * arm + bc + (1 | id)))))",
    list(names = names(fixef(lm1)), se = sqrt(diag(as.matrix(pbkrtest::vcovAdj(lm1))))))
# --- multiple imputation -----------------------------------------------------------------------------------------
q <- c(4.2, 3.9, 4.6, 4.4, 4.0); u <- c(1.1, 1.3, 0.9, 1.2, 1.0)^2
p1 <- pool.scalar(q, u, n = 20, k = 1); p2 <- pool.scalar(q, u)
say("pooled", list(estimates = q, ses = sqrt(u), df_complete = 19), "mice::pool.scalar(Q, U, n = 20, k = 1)",
    list(estimate = p1$qbar, se = sqrt(p1$t), df = p1$df, r = p1$r, fmi = p1$fmi))
say("pooled", list(estimates = q, ses = sqrt(u)), "mice::pool.scalar(Q, U)",
    list(estimate = p2$qbar, se = sqrt(p2$t), df = p2$df, r = p2$r, fmi = p2$fmi))
wide <- reshape(long[c("id", "visit", "bc", "chg")], idvar = c("id", "bc"), timevar = "visit", direction = "wide")
wide <- wide[c("bc", "chg.4", "chg.8", "chg.12", "chg.24")]
set.seed(1); m <- 300
filled <- mice(wide, m = m, method = "norm", maxit = 20, printFlag = FALSE)
pooled <- lapply(names(wide)[-1], function(v) {
  q <- sapply(seq_len(m), function(k) mean(complete(filled, k)[[v]]))
  u <- sapply(seq_len(m), function(k) var(complete(filled, k)[[v]]) / nrow(wide))
  p <- pool.scalar(q, u, n = nrow(wide), k = 1)
  list(estimate = p$qbar, se = sqrt(p$t), df = p$df, monte_carlo = sqrt(p$b / m))
})
say("imputed", list(covariates = "bc", imputations = m),
    "mice(method = 'norm', m = 300, maxit = 20) of the mmrm data in wide form, means pooled by pool.scalar(n = 24, k = 1)",
    pooled)
# --- many tests, posterior ---------------------------------------------------------------------------------------
for (p in list(c(0.01, 0.04, 0.03, 0.005), c(0.5, 0.2, 0.9), c(0.04), c(0.02, 0.02, 0.02)))
  say("adjusted_p", list(p = p), "p.adjust(p, 'holm'), p.adjust(p, 'hochberg')",
      list(holm = p.adjust(p, "holm"), hochberg = p.adjust(p, "hochberg")))
for (q in list(c(10, 20, 0.5, 0.5), c(0, 20, 1, 1), c(13, 20, 4.25, 5.75)))
  say("beta_binomial", list(x = q[1], n = q[2], a = q[3], b = q[4], thresholds = c(0.2, 0.425, 0.6)),
      "qbeta, pbeta(lower.tail = FALSE) of beta(a + x, b + n - x)",
      list(mean = (q[3] + q[1]) / (q[3] + q[4] + q[2]), cri95 = qbeta(c(0.025, 0.975), q[3] + q[1], q[4] + q[2] - q[1]),
           p_greater = pbeta(c(0.2, 0.425, 0.6), q[3] + q[1], q[4] + q[2] - q[1], lower.tail = FALSE)))

versions <- sapply(c("exactRankTests", "coin", "survival", "nlme", "emmeans", "cmprsk", "mice", "lme4", "lmerTest", "pbkrtest"),
                   function(p) as.character(packageVersion(p)))
cat(toJSON(list(r = R.version.string, packages = as.list(versions), references = out), digits = I(15), auto_unbox = TRUE,
           dataframe = "rows", pretty = FALSE), file = commandArgs(TRUE)[1])
